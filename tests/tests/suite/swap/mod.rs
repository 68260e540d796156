//! A change goes live: no request fails, and each is answered by one version.

mod hammer;
mod open_streams;
mod under_load;

/// A plugin whose every response tells its version three times: in the head, and
/// in two chunks with a pause between, which is long enough now and then that
/// every swap finds an open response.
fn versioned(version: u32) -> String {
    format!(
        r#"const VERSION = "{version}";
let count = 0;
const bytes = (text: string) => new TextEncoder().encode(text);
export default {{
  routes: {{
    fetch() {{
      const body = new ReadableStream({{
        async start(controller) {{
          controller.enqueue(bytes(VERSION + " "));
          await Bun.sleep(++count % 3 ? 1 : 40);
          controller.enqueue(bytes(VERSION));
          controller.close();
        }},
      }});
      return new Response(body, {{ headers: {{ "x-version": VERSION }} }});
    }},
  }},
}};
"#
    )
}
