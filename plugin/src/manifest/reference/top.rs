//! The keys at the top of a manifest (Buntime contract §2).

use super::davit::DAVIT;
use super::nested::{DEPENDENCIES, MENUS, METHODS, NAME, OPTIONS};
use super::shape::Absent::{Nothing, Required, Value};
use super::shape::{Field, Mapping, Shape};

static VERSION: Shape = Shape::Text {
    words: "semantic version",
    // semver.org's own expression, without its groups' names.
    fits: r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$",
    unlike: "",
    most: 0,
};
static BASE: Shape = Shape::Text {
    words: "`/` and letters, digits, `-` or `_`",
    fits: "^/[a-zA-Z0-9_-]+$",
    unlike: "^/([Aa][Pp][Ii]|[Hh][Ee][Aa][Ll][Tt][Hh]|_)$",
    most: crate::base::MAX_LENGTH,
};
static PATH: Shape = Shape::Text {
    words: "path in the package",
    fits: r"^(\./)*(?!\.{1,2}(/|$))[^/\\:\u0000-\u001f\u007f-\u009f]+(/(?!\.{1,2}(/|$))[^/\\:\u0000-\u001f\u007f-\u009f]+)*$",
    unlike: "",
    most: crate::package_path::MAX_LENGTH,
};
static PATTERNS: Shape = Shape::List { of: &PATTERN, most: crate::routes::MAX_PATTERNS };
static PATTERN: Shape = Shape::Text {
    words: "pattern",
    fits: r"^(?!(.*/)?\.{1,2}(/|$))/[^#\\ \u0000-\u001f\u007f-\u009f]*$",
    unlike: "",
    most: 256,
};
static ROUTES: Shape =
    Shape::Either(&[PATTERNS_FOR_ALL, Shape::Map { keys: &METHODS, of: &PATTERNS, least: 0, most: 0 }]);
const PATTERNS_FOR_ALL: Shape = Shape::List { of: &PATTERN, most: crate::routes::MAX_PATTERNS };
static FLAG: Shape = Shape::Flag;
static CONFIG: Shape = Shape::Map { keys: &super::shape::TEXT, of: &OPTION, least: 0, most: 256 };
static OPTION: Shape = Shape::Mapping(&OPTIONS);
static DAVIT_SHAPE: Shape = Shape::Mapping(&DAVIT);

/// The manifest itself. Any other key is configuration.
pub(super) static MANIFEST: Mapping = Mapping {
    name: "The manifest",
    about: "Any key that is not in these tables is [configuration](configuration.md), and is handed to the factory as it is.",
    fields: &[
        Field {
            key: "name",
            shape: &NAME,
            absent: Required,
            example: "\"@acme/hello\"",
            about: "The plugin's name, `my-plugin` or `@scope/my-plugin`. One plugin of a runtime has it.",
        },
        Field {
            key: "version",
            shape: &VERSION,
            absent: Value("0.0.0"),
            example: "1.2.0",
            about: "The package's version. Ranges of other plugins' dependencies are held against it.",
        },
        Field {
            key: "enabled",
            shape: &FLAG,
            absent: Value("true"),
            example: "false",
            about: "Whether the plugin is turned on where nobody else decides: in plugin directories what an administrator decided stands in `.davit/enabled.json` there and goes first; in a cluster the Plugin's `spec.enabled` counts.",
        },
        Field {
            key: "base",
            shape: &BASE,
            absent: Nothing("no routes"),
            example: "/hello",
            about: "The path segment that the plugin is served under. Not `/api`, `/health`, `/.well-known` or `/_`, in any case. A plugin that only hooks or provides leaves it out; one that serves needs it.",
        },
        Field {
            key: "pluginEntry",
            shape: &PATH,
            absent: Nothing("`plugin.ts`, `plugin.js`, then `index.ts`, `index.js`, if one is there"),
            example: "dist/plugin.js",
            about: "The module with the plugin's code, after the build. A plugin with an `entrypoint` gets no `index` by default.",
        },
        Field {
            key: "entrypoint",
            shape: &PATH,
            absent: Nothing("no user interface"),
            example: "dist/client/index.html",
            about: "The page of the [user interface](ui.md). All files of its folder are served below `base`.",
        },
        Field {
            key: "injectBase",
            shape: &FLAG,
            absent: Value("false"),
            example: "true",
            about: "Puts `<base href=\"/<base>/\">` first into the page's `<head>`.",
        },
        Field {
            key: "dependencies",
            shape: &DEPENDENCIES,
            absent: Value("[]"),
            example: "[\"@acme/database\", {name: \"@acme/cache\", version: ^1.2}]",
            about: "Plugins that must run first. Without one of them this plugin does not run. Linked plugins share a process, so that `ctx.getPlugin` gives a live object.",
        },
        Field {
            key: "optionalDependencies",
            shape: &DEPENDENCIES,
            absent: Value("[]"),
            example: "[\"@acme/metrics\"]",
            about: "Plugins that start first if they are there.",
        },
        Field {
            key: "publicRoutes",
            shape: &ROUTES,
            absent: Value("[]"),
            example: "{GET: [\"/api/public/**\"], POST: [/webhook]}",
            about: "What needs no key: a list for all methods, or a list for each method. [Patterns](#patterns-of-public-routes) are relative to `base`. In a cluster the Plugin's `spec.publicRoutes` decides.",
        },
        Field {
            key: "menus",
            shape: &MENUS,
            absent: Value("[]"),
            example: "[{title: Hello, icon: \"lucide:hand\", path: /hello}]",
            about: "Entries of the console's sidebar.",
        },
        Field {
            key: "config",
            shape: &CONFIG,
            absent: Value("{}"),
            example: "{greeting: {type: string, default: Hello}}",
            about: "The plugin's options, by name. A value stands in the manifest as a key of its own (`greeting: Hi`), or comes from [elsewhere](configuration.md#who-decides).",
        },
        Field {
            key: "davit",
            shape: &DAVIT_SHAPE,
            absent: Value("{}"),
            example: "{limits: {maxBodySize: 50Mi}}",
            about: "Davit's own settings.",
        },
    ],
};
