//! What the plugin contract promises, row by row: the manifest (§2), the module, its
//! context and modes (§3), and the reference's faults that Davit must not have (§5).
//! Each row has a test, here or elsewhere in the suite; `rows.rs` holds this table
//! against the source.
//!
//! | row | test |
//! |---|---|
//! | §2 manifest.yaml, then manifest.yml | `contract::manifest::manifest_yaml_is_read_before_manifest_yml` |
//! | §2 name | `contract::manifest::manifest_name_is_required_and_safe_as_a_path` |
//! | §2 version | `contract::manifest::manifest_version_is_zero_unless_said_and_else_semver` |
//! | §2 enabled | `contract::manifest::manifest_enabled_is_true_unless_said` |
//! | | `directories::what_was_turned_off_beside_the_plugins_stays_off_and_no_manifest_is_written_to` |
//! | §2 base | `contract::manifest::manifest_base_is_absent_for_hook_only_plugins` |
//! | | `contract::manifest::manifest_base_is_one_segment_and_no_reserved_one` |
//! | §2 pluginEntry | `contract::manifest::manifest_plugin_entry_is_the_compiled_code_else_plugin_js_or_index_js` |
//! | | `faults::manifest::a_missing_entry_leaves_the_plugin_out` |
//! | §2 entrypoint | `serving::files::files_are_served_with_their_types_and_the_base_alone_leads_to_the_page` |
//! | | `serving::files::a_page_that_asks_for_an_unknown_path_gets_the_application` |
//! | §2 dependencies, optionalDependencies | `contract::manifest::manifest_dependencies_are_names_or_have_semver_ranges` |
//! | §2 publicRoutes, list | `contract::public_routes::manifest_public_routes_without_methods_are_for_all_methods` |
//! | §2 publicRoutes, map | `contract::public_routes::manifest_public_routes_of_a_method_are_its_own_and_those_of_all` |
//! | | `contract::public_routes::manifest_public_routes_of_unknown_methods_are_refused` |
//! | §2 publicRoutes, `*` | `contract::public_routes::manifest_public_routes_one_star_is_one_segment` |
//! | §2 publicRoutes, `**` | `contract::public_routes::manifest_public_routes_two_stars_are_any_depth` |
//! | §2 publicRoutes, `?` | `contract::public_routes::manifest_public_routes_a_question_mark_is_one_character` |
//! | §2 publicRoutes, anchored and relative | `contract::public_routes::manifest_public_routes_are_anchored_and_relative_to_the_base` |
//! | §2 menus | `contract::manifest::manifest_menus_have_title_icon_path_and_items` |
//! | §2 injectBase | `assets::inject_base_puts_the_base_first_into_the_head_wherever_the_page_is_shown` |
//! | §2 config | `contract::configuration::manifest_config_is_the_schema_of_options_and_completes_them` |
//! | | `contract::configuration::manifest_config_refuses_what_does_not_fit_and_names_the_option` |
//! | §2 anything else | `contract::configuration::manifest_keys_that_are_anything_else_are_handed_to_the_factory` |
//! | §3 default export | `contract::module::module_default_export_is_a_factory_or_its_promise_or_a_plain_object` |
//! | §3 routes | `serving::exchange::server_fetch_sees_the_whole_path_and_routes_what_stands_behind_the_base` |
//! | | `contract::module::module_routes_that_answer_404_fall_through` |
//! | §3 server.fetch | `serving::exchange::server_fetch_sees_the_whole_path_and_routes_what_stands_behind_the_base` |
//! | §3 server.routes | `contract::module::module_server_routes_map_patterns_to_responses_handlers_and_methods` |
//! | §3 onInit | `contract::module::module_on_init_ends_before_the_plugin_serves` |
//! | | `contract::module::module_on_init_that_throws_fails_the_plugin_and_its_required_dependents_alone` |
//! | §3 onInit, 30 s | `contract::limits::module_on_init_has_30_seconds_unless_said_otherwise` |
//! | | `contract::limits::module_on_init_has_the_time_that_init_timeout_says` |
//! | §3 provides | `contract::module::module_provides_is_called_after_on_init_and_is_what_others_get_from_get_plugin` |
//! | | `life::groups::linked_plugins_share_live_objects_and_others_share_nothing` |
//! | §3 onRequest, undefined | `contract::hooks::module_on_request_sees_every_request_in_load_order_and_undefined_continues` |
//! | §3 onRequest, Response | `contract::hooks::module_on_request_short_circuits_with_a_response_that_streams` |
//! | §3 onRequest, Request | `contract::hooks::module_on_request_replaces_the_request_and_its_body_goes_on_whole` |
//! | §3 onRequest, throw | `contract::hooks::module_on_request_that_throws_closes_unless_it_says_to_fail_open` |
//! | §3 onResponse | `contract::hooks::module_on_response_may_replace_the_response_and_its_errors_are_isolated` |
//! | §3 websocket | `contract::sockets::module_websocket_carries_text_and_binary_of_any_size_and_pings` |
//! | | `contract::sockets::module_websocket_tells_both_sides_how_it_ended` |
//! | §3 onServerStart | `contract::sockets::module_server_publishes_knows_addresses_and_its_port` |
//! | §3 onShutdown, removal and replacement | `life::shutdown::plugins_that_are_replaced_or_removed_are_shut_down` |
//! | §3 onShutdown, process stop, reverse order | `life::shutdown::a_runtime_that_is_told_to_end_leaves_no_request_without_its_answer` |
//! | §3 onShutdown, 30 s in all | `lifecycle::plugins_that_never_finish_their_shutdown_share_thirty_seconds` |
//! | §3 ctx.config | `contract::context::ctx_config_is_the_configuration_that_the_factory_got` |
//! | §3 ctx.globalConfig | `contract::context::ctx_global_config_has_pool_size_plugin_dirs_and_worker_dirs` |
//! | §3 ctx.logger | `contract::context::ctx_logger_writes_each_level_under_the_plugins_name` |
//! | §3 ctx.getPlugin | `contract::context::ctx_get_plugin_is_undefined_for_what_is_absent_or_not_declared` |
//! | §3 ctx.runtime | `contract::context::ctx_runtime_has_the_path_of_the_api_and_the_version` |
//! | §3 ctx.pool | `contract::context::ctx_pool_runs_an_app_of_the_package_and_tells_of_its_workers` |
//! | | `contract::context::ctx_pool_runs_nothing_outside_of_the_plugins_own_folders` |
//! | §3 ctx.auth | `contract::context::ctx_auth_tells_who_was_vouched_for_and_nobody_else` |
//! | §3 ctx.dataDir (Davit's own) | `data::each_plugin_has_a_folder_that_only_the_runtimes_user_enters` |
//! | | `data::what_it_writes_is_there_after_changes_reloads_and_restarts` |
//! | §3 configuration: variable, manifest, default | `contract::configuration::config_environment_goes_before_manifest_and_that_before_default` |
//! | | `environment::a_variable_that_the_schema_names_goes_before_the_manifest_if_it_is_asked_for` |
//! | §3 Bun.env, process.env | `environment::a_plugin_sees_what_its_manifest_asks_for_and_nothing_of_the_runtimes` |
//! | §3 mode: persistent | `contract::modes::mode_persistent_lives_for_the_life_of_the_plugin` |
//! | §3 mode: serverless | `contract::modes::mode_serverless_runs_each_request_in_a_worker_of_its_own` |
//! | §3 mode: which | `contract::modes::mode_is_told_by_the_files_unless_the_manifest_says_it` |
//! | §3 serverless entry | `contract::serverless::serverless_entry_exports_fetch_or_routes_by_default_or_by_name` |
//! | §3 serverless routes, req.params | `contract::serverless::serverless_routes_are_responses_handlers_or_method_maps_with_params` |
//! | §3 onIdle, onTerminate | `contract::serverless::serverless_on_idle_is_called_when_the_last_request_ended_and_on_terminate_before_the_end` |
//! | §3 timeout | `contract::serverless::serverless_timeout_ends_the_worker_that_does_not_answer` |
//! | §3 timeout, 30 s | `contract::limits::serverless_timeout_is_30_seconds_unless_said` |
//! | §3 ttl 0 | `contract::workers::serverless_ttl_zero_is_a_fresh_instance_for_each_request` |
//! | §3 ttl | `contract::workers::serverless_ttl_keeps_an_instance_for_so_long` |
//! | §3 idleTimeout | `contract::workers::serverless_idle_timeout_ends_a_worker_that_has_no_request_for_so_long` |
//! | §3 maxRequests | `contract::workers::serverless_max_requests_are_answered_by_one_instance` |
//! | §3 maxBodySize | `contract::workers::serverless_max_body_size_is_enforced_and_has_a_cap` |
//! | §3 serverless publicRoutes | `contract::workers::serverless_public_routes_are_open_and_the_rest_is_closed` |
//! | §3 serverless env | `contract::workers::serverless_env_is_the_workers_environment` |
//! | §3 visibility (has no effect) | `contract::configuration::manifest_keys_that_are_anything_else_are_handed_to_the_factory` |
//! | §3 durations | `contract::workers::serverless_durations_are_seconds_or_texts_with_a_unit` |
//! | §3 load order: required | `contract::order::load_order_drops_what_lacks_a_required_dependency_each_with_its_reason` |
//! | §3 load order: topological | `contract::order::load_order_is_topological_over_required_and_available_optional_dependencies` |
//! | §3 load order: cycles | `contract::order::load_order_drops_a_cycle_spelled_out_and_the_rest_loads` |
//! | §5 fault 1, reload is atomic | `lifecycle::a_reload_changes_code_and_hooks_at_once_and_shuts_the_old_instances_down` |
//! | | `swap::under_load::a_reload_by_hand_goes_live_without_a_failed_or_mixed_response` |
//! | | `contract::hooks::a_reload_changes_hooks_and_routes_together` |
//! | | `contract::sockets::a_replaced_plugin_closes_its_sockets_and_events_with_word_to_come_again` |
//! | §5 fault 1, onShutdown of the old | `life::shutdown::plugins_that_are_replaced_or_removed_are_shut_down` |
//! | §5 fault 4, environment, permission, schema | `environment::the_root_key_is_neither_in_the_environment_nor_to_be_had_by_permission_or_schema` |
//! | | `access::credentials::a_worker_has_nothing_of_the_runtimes_environment` |
//! | §5 fault 4, context | `access::credentials::the_key_is_nowhere_in_a_plugin_however_it_was_sent` |
//! | §5 fault 4, Workers | `contract::faults::fault_4_the_root_key_is_nowhere_in_a_worker` |
//! | §5 fault 5 | `access::paths::no_spelling_of_a_closed_route_is_open` |
//! | | `access::paths::only_the_methods_that_are_public_are_open_and_head_goes_with_get` |
//! | §5 fault 6, line edits | `directories::what_was_turned_off_beside_the_plugins_stays_off_and_no_manifest_is_written_to` |
//! | §5 fault 6, second copy | `directories::a_first_copy_that_is_disabled_does_not_hide_an_enabled_second_one` |
//! | §5 fault 7, health | `admin::answers::health_is_open_to_everybody_and_counts_the_plugins` |
//! | §5 fault 7, PID 1 | `lifecycle::as_process_1_it_tells_of_failed_plugins_and_ends_with_their_shutdown` |
//! | §5 fault 8, streams | `streaming::events::a_thousand_events_arrive_one_by_one_each_before_the_next_is_sent` |
//! | §5 fault 8, cookies | `serving::exchange::repeated_set_cookie_headers_stay_apart` |
//! | §5 fault 8, Workers | `contract::faults::fault_8_a_workers_response_streams_and_its_cookies_stay_apart` |
//! | §5 fault 9, no base | `directories::plugins_with_routes_and_without_a_base_fail_alone` |
//! | §5 fault 9, collision on reload | `directories::a_reload_leaves_a_base_with_whom_it_serves_and_answers_only_what_loaded` |
//! | | `faults::among_plugins::a_base_that_is_claimed_by_a_change_stays_with_the_plugin_that_serves_it` |
//! | §5 fault 10 | `contract::faults::fault_10_workers_that_turn_unhealthy_are_ended` |
//! | §5 fault 11 | `directories::a_reload_leaves_a_base_with_whom_it_serves_and_answers_only_what_loaded` |

mod configuration;
mod context;
mod faults;
mod hooks;
mod limits;
mod manifest;
mod modes;
mod module;
mod order;
mod public_routes;
mod rows;
mod scene;
mod serverless;
mod sockets;
mod workers;
