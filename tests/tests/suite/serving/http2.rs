//! HTTP/2 without TLS, as an Ingress may speak it, on the same port.

use bytes::Bytes;
use davit_tests::Plugins;
use davit_tests::server::{KEY, Start};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::handshake;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

const CODE: &str = r#"
const fetch = (request: Request) => new Response(request.url, { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
export default { server: { fetch } };
"#;

#[tokio::test]
async fn the_same_port_speaks_http_2() {
    let plugins = Plugins::new();
    drop(plugins.plugin("two", "publicRoutes: [\"/public/**\"]\n", CODE));
    let server = Start::runtime([plugins.path()]).start().await;
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (mut sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    for (path, key, status) in
        [("/two/secret", KEY, 200), ("/two/public/../secret", "", 401), ("/two/public/x", "", 200)]
    {
        let request = Request::get(format!("http://davit.test{path}")).header("x-api-key", key);
        let response = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (status, Version::HTTP_2), "{path}");
        if status == 200 {
            assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2, "{path}");
            assert_eq!(
                response.into_body().collect().await.unwrap().to_bytes(),
                format!("http://davit.test{path}")
            );
        }
    }
    server.terminate();
    connection.await.unwrap().expect("the server says GOAWAY and closes the connection");
    let others = server.get("/two/public/x").send().await.expect("the port still accepts");
    assert_eq!((others.status().as_u16(), &others.headers()["connection"]), (200, &"close".parse().unwrap()));
}
