//! A change goes live: no request fails, and each is answered by one version.

mod hammer;
mod open_streams;
mod under_load;

/// A plugin whose every response tells its version three times: in the head, and
/// in two chunks with a pause between.
fn versioned(version: u32) -> String {
    format!(
        r#"const VERSION = "{version}";
const bytes = (text: string) => new TextEncoder().encode(text);
export default {{
  routes: {{
    fetch() {{
      const body = new ReadableStream({{
        async start(controller) {{
          controller.enqueue(bytes(VERSION + " "));
          await Bun.sleep(1);
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
