//! Holds the table of rows in `mod.rs` against the source of the suite.

use crate::rows::Rows;

const ROWS: Rows = Rows { module: "contract", text: include_str!("mod.rs") };

#[test]
fn every_row_of_the_contract_names_tests_that_are_there() {
    ROWS.name_tests_that_are_there(80);
}

#[test]
fn every_test_of_a_row_stands_in_the_table() {
    // Hooks and sockets have more tests than the contract has rows.
    ROWS.have_every_test_but_those_in(&["rows", "hooks", "sockets"]);
}
