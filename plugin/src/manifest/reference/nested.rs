//! What stands inside of lists and maps: dependencies, menus, options.

use super::shape::Absent::{Nothing, Required, Value};
use super::shape::{Field, Mapping, Shape, TEXT};
use crate::manifest::MAX_DEPENDENCIES;

const NAME_FITS: &str = "^(@[A-Za-z0-9_~][A-Za-z0-9_.~-]*/)?[A-Za-z0-9_~][A-Za-z0-9_.~-]*$";
/// A plugin's name.
pub(super) static NAME: Shape =
    Shape::Text { words: "plugin name", fits: NAME_FITS, unlike: "", most: crate::name::MAX_LENGTH };
/// What `publicRoutes` may open routes for.
pub(super) static METHODS: Shape =
    Shape::Choice(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ALL"]);

/// A list of other plugins.
pub(super) static DEPENDENCIES: Shape = Shape::List { of: &DEPENDENCY_SHAPE, most: MAX_DEPENDENCIES };
static DEPENDENCY_SHAPE: Shape = Shape::Either(&[
    Shape::Text { words: "plugin name", fits: NAME_FITS, unlike: "", most: crate::name::MAX_LENGTH },
    Shape::Mapping(&DEPENDENCY),
    Shape::Map { keys: &SHORT_NAME, of: &RANGE, least: 1, most: 1 },
]);
static SHORT_NAME: Shape = Shape::Text {
    words: "plugin name",
    fits: NAME_FITS,
    unlike: "^(name|version)$",
    most: crate::name::MAX_LENGTH,
};
static RANGE: Shape = Shape::Text { words: "version range", fits: "", unlike: "", most: 256 };
static DEPENDENCY: Mapping = Mapping {
    name: "A dependency",
    about: "A name alone will do; so will `{\"@acme/cache\": ^1.2}`. Ranges are npm's: `^1.2`, `~2.0`, `>=1 <2`, `1 || 3`; a comma reads as a space.",
    fields: &[
        Field {
            key: "name",
            shape: &NAME,
            absent: Required,
            example: "\"@acme/cache\"",
            about: "The other plugin.",
        },
        Field {
            key: "version",
            shape: &RANGE,
            absent: Value("\"*\""),
            example: "^1.2",
            about: "The versions that will do.",
        },
    ],
};

/// Entries of the console's sidebar.
pub(super) static MENUS: Shape = Shape::List { of: &MENU_SHAPE, most: 64 };
static MENU_SHAPE: Shape = Shape::Mapping(&MENU);
static MENU: Mapping = Mapping {
    name: "A menu entry",
    about: "At most 4 levels.",
    fields: &[
        Field {
            key: "title",
            shape: &TEXT,
            absent: Required,
            example: "Hello",
            about: "What the entry says.",
        },
        Field {
            key: "icon",
            shape: &TEXT,
            absent: Nothing("no icon"),
            example: "\"lucide:hand\"",
            about: "The icon's name.",
        },
        Field {
            key: "path",
            shape: &TEXT,
            absent: Nothing("opens nothing"),
            example: "/hello/settings",
            about: "What the entry opens, from the root of the host: the base stands in it.",
        },
        Field {
            key: "items",
            shape: &MENUS,
            absent: Value("[]"),
            example: "[{title: Settings, path: /hello/settings}]",
            about: "Entries below this one.",
        },
    ],
};

/// The name of a variable that can be granted.
pub(super) static VARIABLE: Shape = Shape::Text {
    words: "name of a variable",
    fits: "^[A-Za-z_][A-Za-z0-9_]*$",
    unlike: "^(RUNTIME_|DAVIT_)",
    most: crate::variable::MAX_LENGTH,
};
static TYPES: Shape = Shape::Choice(&["string", "number", "boolean", "enum", "array", "password", "object"]);
static FLAG: Shape = Shape::Flag;
static NUMBER: Shape = Shape::Number;
static ANYTHING: Shape = Shape::Anything;
static CHOICES: Shape = Shape::List { of: &ANYTHING, most: 256 };
static PROPERTIES: Shape = Shape::Map { keys: &TEXT, of: &OPTION, least: 0, most: 256 };
static OPTION: Shape = Shape::Mapping(&OPTIONS);

/// One option of the plugin's configuration.
pub(super) static OPTIONS: Mapping = Mapping {
    name: "An option of config",
    about: "At most 8 levels of `properties`. A value that does not fit keeps the plugin from running.",
    fields: &[
        Field {
            key: "type",
            shape: &TYPES,
            absent: Required,
            example: "string",
            about: "What a value is. `password` is a text that nothing shows; an `enum` needs `options`.",
        },
        Field {
            key: "label",
            shape: &TEXT,
            absent: Nothing("the key"),
            example: "Greeting",
            about: "The option's name for people.",
        },
        Field {
            key: "description",
            shape: &TEXT,
            absent: Nothing("none"),
            example: "What to say",
            about: "What it does, for people.",
        },
        Field {
            key: "env",
            shape: &VARIABLE,
            absent: Nothing("no variable"),
            example: "HELLO_GREETING",
            about: "An environment variable whose value goes before all others, if it is granted and set.",
        },
        Field {
            key: "required",
            shape: &FLAG,
            absent: Value("false"),
            example: "true",
            about: "Whether the plugin needs a value.",
        },
        Field {
            key: "default",
            shape: &ANYTHING,
            absent: Nothing("no value"),
            example: "Hello",
            about: "The value if nobody gives one.",
        },
        Field {
            key: "min",
            shape: &NUMBER,
            absent: Nothing("no bound"),
            example: "1",
            about: "The smallest number, or the least length of a text or a list.",
        },
        Field {
            key: "max",
            shape: &NUMBER,
            absent: Nothing("no bound"),
            example: "80",
            about: "The largest number, or the greatest length of a text or a list.",
        },
        Field {
            key: "options",
            shape: &CHOICES,
            absent: Nothing("no choices"),
            example: "[Hello, Goodbye]",
            about: "The choices of an `enum`.",
        },
        Field {
            key: "properties",
            shape: &PROPERTIES,
            absent: Value("{}"),
            example: "{host: {type: string, default: localhost}}",
            about: "The options inside of an `object`.",
        },
    ],
};
