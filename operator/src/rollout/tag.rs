//! The operator's seal on a plan: what is read back from a pod counts only with
//! it. Pods keep and return tags, and can make none: they never hold the key.

use davit_plugin::plan::Plan;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::fleet::Credentials;

/// What the key signs here, so that nothing else that it may sign one day can
/// stand in for a plan.
const PURPOSE: &[u8] = b"davit.dev/plan-tag/v1\0";

/// The tag of `plan` for the PluginRuntime with this UID: an HMAC-SHA-256 in 64
/// lower-case hexadecimal digits. The plan's fence is no part of it.
pub fn tag(credentials: &Credentials, runtime_uid: &str, plan: &Plan) -> String {
    hex::encode(mac(credentials, runtime_uid, plan).finalize().into_bytes())
}

/// Whether `tag` is the one that [`tag`] makes; takes the same time wherever
/// they differ.
pub fn is_genuine(credentials: &Credentials, runtime_uid: &str, plan: &Plan, tag: &str) -> bool {
    let mut bytes = [0; 32];
    hex::decode_to_slice(tag, &mut bytes).is_ok()
        && mac(credentials, runtime_uid, plan).verify_slice(&bytes).is_ok()
}

fn mac(credentials: &Credentials, runtime_uid: &str, plan: &Plan) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(&credentials.tag_key).expect("a key of any length is taken");
    // The UID's length goes first: no UID and plan read as another pair.
    let length = u64::try_from(runtime_uid.len()).expect("a length fits").to_be_bytes();
    mac.chain_update(PURPOSE)
        .chain_update(length)
        .chain_update(runtime_uid)
        .chain_update(plan.digest().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(key: u8) -> Credentials {
        Credentials {
            server_name: "default.apps.control.davit".into(),
            ca: String::new(),
            certificate: String::new(),
            key: String::new(),
            tag_key: [key; 32],
        }
    }

    fn other_plan() -> Plan {
        Plan { format: Plan::empty().format + 1, ..Plan::empty() }
    }

    #[test]
    fn its_own_tag_is_genuine() {
        let tag = tag(&credentials(1), "uid", &Plan::empty());
        assert_eq!(tag.len(), davit_plugin::control::MAX_TAG);
        assert!(is_genuine(&credentials(1), "uid", &Plan::empty(), &tag));
    }

    #[test]
    fn the_tag_of_another_runtime_plan_or_key_is_not() {
        let tag = tag(&credentials(1), "uid", &Plan::empty());
        assert!(!is_genuine(&credentials(1), "other", &Plan::empty(), &tag));
        assert!(!is_genuine(&credentials(1), "", &Plan::empty(), &tag));
        assert!(!is_genuine(&credentials(1), "uid", &other_plan(), &tag));
        assert!(!is_genuine(&credentials(2), "uid", &Plan::empty(), &tag));
    }

    #[test]
    fn what_is_no_tag_is_not() {
        let good = tag(&credentials(1), "uid", &Plan::empty());
        let bit = if good.ends_with('0') { "1" } else { "0" };
        let flipped = format!("{}{bit}", &good[..63]);
        let zeros = "0".repeat(64);
        for text in ["", "zz", &good[..62], &format!("{good}00"), &flipped, &zeros, &format!(" {good}")] {
            assert!(!is_genuine(&credentials(1), "uid", &Plan::empty(), text), "{text}");
        }
    }
}
