//! Forms that are hostile themselves.

use davit_tests::server::form;

use super::raw_tar::Tar;
use super::scene::Scene;

const TYPE: &str = "multipart/form-data; boundary=suite-form-boundary";

fn part(head: &str, bytes: &[u8]) -> Vec<u8> {
    [b"--suite-form-boundary\r\n", head.as_bytes(), b"\r\n\r\n", bytes, b"\r\n"].concat()
}

#[tokio::test]
async fn hostile_forms_are_refused_without_a_trace() {
    let scene = Scene::new().await;
    let before = scene.look();
    let memory = scene.memory();
    let (end, good) = (b"--suite-form-boundary--\r\n", Tar::plugin().file("plugin.ts", "").gz());
    let file = part("content-disposition: form-data; name=\"file\"; filename=\"a.tgz\"", &good);
    let text = part("content-disposition: form-data; name=\"file\"", &good);
    let empty = part("content-disposition: form-data; name=\"file\"; filename=\"\"", b"");
    let other = part("content-disposition: form-data; name=\"other\"", b"x");
    let large = part("content-disposition: form-data; name=\"other\"", &vec![b'x'; 1 << 20]);
    let headers = part(&format!("x: {}", "y".repeat(40 << 20)), b"");
    let invalid = "INVALID_MULTIPART_FORM";
    let table: [(&str, &str, Vec<u8>, &str); 14] = [
        ("nothing", TYPE, Vec::new(), invalid),
        ("an end alone", TYPE, end.to_vec(), "NO_FILE_PROVIDED"),
        ("no end", TYPE, file.clone(), invalid),
        ("an end within the file", TYPE, file[..file.len() / 2].to_vec(), invalid),
        ("two files", TYPE, [&file[..], &file, end].concat(), invalid),
        ("a field behind the file", TYPE, [&file[..], &other, end].concat(), invalid),
        ("a large field before the file", TYPE, [&large[..], &file, end].concat(), invalid),
        ("many fields before the file", TYPE, [&other.repeat(100)[..], &file, end].concat(), invalid),
        ("headers without an end", TYPE, [&headers[..], end].concat(), invalid),
        ("forty megabytes before the first field", TYPE, vec![b'x'; 40 << 20], invalid),
        ("a text in place of a file", TYPE, [&text[..], end].concat(), "NO_FILE_PROVIDED"),
        ("no chosen file", TYPE, [&empty[..], end].concat(), "NO_FILE_PROVIDED"),
        ("another boundary", "multipart/form-data; boundary=other", form("file", "a.tgz", &good).1, invalid),
        ("no boundary", "multipart/form-data", form("file", "a.tgz", &good).1, invalid),
    ];
    for (name, media_type, body, code) in table {
        let call = scene.server.post("/_/api/plugins/upload").header("content-type", media_type);
        let response = call.body(body).send().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 400, "{name}: {text}");
        assert!(text.contains(&format!("\"code\":\"{code}\"")), "{name}: {text}");
    }
    memory.stayed_small();
    scene.is_as(&before).await;
}
