//! What the contract promises of the admin API, row by row: its calls (§4), the shapes
//! that Buntime's own clients read and send, and the reference's faults that Davit must
//! not have (§5: 2, 3, 11, 12, 13). Each row has a test, here or elsewhere in the suite;
//! `rows.rs` holds this table against the source.
//!
//! | row | test |
//! |---|---|
//! | §4 prefix, also `/api` | `admin_contract::plugins::every_call_is_there_below_api_too` |
//! | §4 GET /plugins/loaded | `admin_contract::plugins::plugins_loaded_tells_name_base_dependencies_and_menus` |
//! | | `admin::answers::what_serves_is_listed_in_start_order` |
//! | §4 GET /plugins | `admin_contract::plugins::plugins_tells_name_path_removable_and_source_relative_to_the_directory` |
//! | | `admin::answers::every_folder_is_listed_whatever_became_of_it` |
//! | §4 GET /plugins, source `managed` | `admin_contract::managed::a_managed_runtime_lists_its_plugins_as_managed_and_changes_none` |
//! | §4 POST /plugins/reload | `admin_contract::plugins::reload_answers_ok_and_what_is_really_loaded` |
//! | | `admin::answers::a_reload_by_hand_replaces_every_process_and_lists_what_loaded` |
//! | §4 POST /plugins/upload | `admin_contract::upload::upload_goes_to_the_first_writable_directory_and_is_logged_when_it_is_loaded` |
//! | | `admin_contract::upload::upload_replaces_the_plugin_of_its_name_whatever_its_folder_is_called` |
//! | | `admin_contract::upload::upload_that_is_too_large_is_refused_before_its_body_is_read` |
//! | §4 upload, formats and layouts | `admin_contract::upload::upload_takes_every_format_in_every_layout` |
//! | §4 upload, error codes | `admin_contract::upload::upload_errors_have_the_contracts_codes_and_success_false` |
//! | §4 DELETE /plugins/:name | `admin_contract::removal::delete_removes_the_plugin_and_tells_of_none` |
//! | | `admin_contract::removal::delete_of_a_built_in_plugin_is_forbidden` |
//! | | `admin_contract::removal::names_that_are_no_names_are_refused` |
//! | §4 POST /plugins/:name/enable, /disable | `admin_contract::removal::enable_and_disable_answer_the_name_and_survive_a_restart` |
//! | §4 GET/POST /keys, DELETE /keys/:id | `admin_contract::keys::keys_are_made_with_201_and_shown_once` |
//! | | `admin_contract::keys::keys_expire_while_the_runtime_runs` |
//! | | `admin_contract::keys::keys_outlive_a_restart_and_only_their_hashes_lie_on_the_disk` |
//! | §4 GET /health, /health/ready, /health/live | `admin_contract::open::health_is_public_with_ok_status_and_version` |
//! | §4 GET /.well-known/buntime | `admin_contract::open::discovery_answers_before_anything_else_also_with_a_wrong_key` |
//! | §4 GET /openapi.json | `admin_contract::open::openapi_document_is_3_1_and_has_every_call_of_the_contract` |
//! | | `admin_contract::schemathesis::schemathesis_finds_no_500_and_no_answer_that_the_document_does_not_have` |
//! | §4 GET /docs | `admin_contract::open::docs_are_a_viewer_that_loads_nothing_from_elsewhere` |
//! | | `admin_contract::open::own_pages_carry_secure_headers` |
//! | §4 Auth: Bearer or X-API-Key, every call | `admin_contract::access::every_management_call_needs_a_key_as_bearer_or_x_api_key` |
//! | | `admin::guard::nothing_but_health_answers_without_a_live_key` |
//! | §4 Auth: Origin | `admin_contract::origins::changes_are_allowed_and_refused_as_the_contract_says` |
//! | | `admin::guard::a_change_needs_an_origin_of_this_host_whatever_the_credential` |
//! | §4 Auth: roles | `admin_contract::access::roles_may_what_the_contract_says_and_a_refusal_names_the_permission` |
//! | §4 log line on load | `admin_contract::upload::upload_goes_to_the_first_writable_directory_and_is_logged_when_it_is_loaded` |
//! | | `directories::what_is_loaded_is_logged_in_the_contracts_words` |
//! | shapes: discovery | `admin_contract::open::discovery_answers_before_anything_else_also_with_a_wrong_key` |
//! | shapes: errors | `admin_contract::errors::errors_have_an_error_a_code_and_the_request_id` |
//! | | `admin_contract::errors::wrong_methods_are_told_which_are_right` |
//! | | `admin_contract::errors::bodies_are_refused_by_length_and_media_type_before_they_are_read` |
//! | shapes: credentials, order | `admin_contract::access::credentials_count_in_the_order_x_api_key_bearer_cookie` |
//! | shapes: credentials, query string | `admin_contract::access::credentials_in_the_query_string_are_ignored` |
//! | | `access::credentials::a_key_in_the_query_string_opens_nothing` |
//! | shapes: credentials, wrong ones | `admin_contract::failures::wrong_keys_are_limited_by_address_and_a_right_one_always_passes` |
//! | | `admin_contract::failures::wrong_keys_of_one_ipv6_network_count_together` |
//! | | `admin_contract::failures::wrong_keys_at_the_login_and_at_a_plugin_count_too` |
//! | | `admin_contract::failures::nobody_outside_chooses_the_address_that_he_is_counted_by` |
//! | shapes: session, POST | `admin_contract::sessions::session_is_opened_with_a_key_and_its_cookie_is_for_this_site_alone` |
//! | | `admin_contract::sessions::session_cookie_is_secure_behind_https_of_a_trusted_proxy_alone` |
//! | | `admin_contract::sessions::session_that_was_tampered_with_is_none` |
//! | | `admin_contract::sessions::session_calls_take_no_broken_bodies` |
//! | | `cluster::keys::a_session_holds_on_every_replica_while_certificates_change_and_ends_with_its_key` |
//! | shapes: session, GET and DELETE | `admin_contract::sessions::session_is_told_with_its_principal_and_ended_with_204` |
//! | | `admin_contract::sessions::session_ends_with_its_key_and_with_nothing_else` |
//! | shapes: keys, GET | `admin_contract::keys::keys_are_listed_with_everything_but_their_secret` |
//! | shapes: keys, meta | `admin_contract::keys::keys_meta_names_roles_and_permissions` |
//! | shapes: keys, POST | `admin_contract::keys::keys_are_made_with_201_and_shown_once` |
//! | | `admin_contract::keys::keys_with_broken_or_wrong_wishes_are_refused_with_400` |
//! | | `admin_contract::keys::keys_with_fields_that_there_are_not_are_refused_and_told_those_there_are` |
//! | shapes: keys, DELETE | `admin_contract::keys::keys_are_revoked_once_and_only_by_number` |
//! | shapes: plugins, bare arrays | `admin_contract::plugins::plugins_loaded_tells_name_base_dependencies_and_menus` |
//! | shapes: plugins, names | `admin_contract::removal::delete_removes_the_plugin_and_tells_of_none` |
//! | shapes: plugins, upload then reload | `admin_contract::upload::upload_then_reload_as_the_clients_do` |
//! | shapes: plugins, who | `admin_contract::access::viewers_list_and_editors_upload_reload_and_remove` |
//! | shapes: X-Request-Id | `admin_contract::errors::request_id_is_kept_when_sent_and_made_when_not` |
//! | shapes: Origin, whatever the credential | `admin_contract::origins::changes_are_allowed_and_refused_as_the_contract_says` |
//! | shapes: laptop | `admin_contract::origins::changes_at_a_laptop_need_no_key_as_long_as_no_browser_can_send_them` |
//! | | `admin::loopback::somebody_at_this_machine_needs_no_key` |
//! | | `admin::loopback::what_a_browser_or_a_proxy_could_send_needs_a_key` |
//! | | `admin::loopback::the_rule_is_for_the_admin_api_alone` |
//! | §5 fault 2, names and versions | `admin_contract::faults::fault_2_no_name_or_version_of_an_upload_leaves_its_own_folder` |
//! | §5 fault 2, links | `admin_contract::faults::fault_2_no_link_of_an_upload_leads_out_of_the_package` |
//! | §5 fault 2, host files | `admin_contract::faults::fault_2_no_call_reads_files_of_the_host` |
//! | §5 fault 3, last key | `admin_contract::keys::fault_3_revoking_the_last_key_opens_nothing` |
//! | §5 fault 3, minting | `admin_contract::keys::fault_3_nobody_makes_a_key_that_may_more_than_he` |
//! | §5 fault 3, internal header | `admin_contract::access::fault_3_no_header_of_a_client_skips_the_origin_check_or_the_key` |
//! | §5 fault 11 | `admin_contract::plugins::fault_11_a_reload_does_not_list_what_did_not_load` |
//! | §5 fault 12 | `admin_contract::managed::a_managed_runtime_lists_its_plugins_as_managed_and_changes_none` |
//! | | `cluster::keys::what_would_make_one_replica_differ_is_refused_with_the_command_to_use` |
//! | §5 fault 13, session and Origin | `admin_contract::sessions::fault_13_a_session_needs_the_origin_like_any_other_credential` |
//! | §5 fault 13, archives | `admin_contract::faults::fault_13_a_bad_archive_is_the_clients_fault_and_tells_no_path` |
//! | §5 fault 13, broken JSON | `admin_contract::faults::fault_13_broken_json_is_the_clients_fault` |

mod access;
mod answer;
mod archives;
mod credential;
mod errors;
mod failures;
mod faults;
mod keys;
mod managed;
mod open;
mod origins;
mod plugins;
mod removal;
mod rows;
mod schemathesis;
mod sessions;
mod site;
mod upload;
