//! LDK's codecs, driven by lines of JSON: a second opinion on offers, invoice_requests, invoices and onion messages.

fn main() {}
