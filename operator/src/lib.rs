//! Reconciles Plugin and PluginRuntime.
