//! A complete LDK node without bitcoind, driven by lines of JSON on its standard input.

fn main() {}
