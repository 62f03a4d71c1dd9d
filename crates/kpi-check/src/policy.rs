//! The settings of the policy.

use kpi_base::{Diagnostic, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, Zone};

use crate::checker::Checker;
use crate::model::{Currency, Unit};
use crate::names::nearest;

/// Currencies whose minor unit is not a hundredth, with its digits (ISO 4217).
const OTHER_DIGITS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Currencies with hundredths (ISO 4217).
const HUNDREDTHS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
     CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
     IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
     MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
     SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW";

/// The currency of an ISO 4217 code.
fn currency(code: &str) -> Option<Currency> {
    let other = OTHER_DIGITS.iter().find(|(c, _)| *c == code).map(|(_, digits)| *digits);
    let digits = other.or_else(|| HUNDREDTHS.split(' ').any(|c| c == code).then_some(2))?;
    Some(Currency { code: code.to_owned(), digits })
}

fn setting(message: Text) -> Diagnostic {
    Diagnostic::new(codes::names::POLICY_SETTING, message)
}

impl<'a> Checker<'a> {
    /// Takes over the settings of the one policy.
    pub(crate) fn check_policy(&mut self) {
        let Some(first) = self.names.policies.first() else {
            self.report(
                Diagnostic::new(codes::names::POLICY_COUNT, text!("no file has a `policy`"))
                    .help(text!("write one: `policy \"…\" { edition 1, currency CNY, period month }`")),
            );
            return;
        };
        let (policy, span, faulty) = (first.ast, first.ast.title.span, first.faulty);
        let more: Vec<_> = self.names.policies.iter().skip(1).map(|p| p.ast.title.span).collect();
        for again in more {
            self.report(
                Diagnostic::new(codes::names::POLICY_COUNT, text!("a package has one policy, and here is another"))
                    .label(again, text!("a second policy"))
                    .label(span, text!("the first one"))
                    .help(text!("keep one of them, or move the other to a package of its own")),
            );
        }
        self.model.policy.title.clone_from(&policy.title.value);
        self.check_edition(policy, faulty);
        self.check_currency(policy, faulty);
        match policy.period {
            Some((period, _)) => {
                (self.model.policy.period, self.model.policy.declared) = (period, period);
                self.judged = period;
            }
            None if faulty => {}
            None => self.report(
                setting(text!("the policy does not say its period"))
                    .label(span, text!("no `period` in this policy"))
                    .help(text!("add `period month` (or `day`, `week`, `quarter`, `year`)")),
            ),
        }
        if let Some((rounding, _)) = policy.rounding {
            self.model.policy.rounding = rounding;
        }
        if let Some((day, _)) = policy.week_start {
            self.model.policy.calendar.week_start = day;
        }
        if let Some((month, _)) = policy.year_start {
            self.model.policy.calendar.year_start = month;
        }
        if let Some(written) = &policy.timezone {
            self.check_timezone(written);
        }
        if let Some(cap) = &policy.attainment_cap
            && let Some(value) = self.const_dec(cap, &text!("the attainment cap"), Unit::RATIO)
        {
            if value < Dec::ONE {
                let message = text!("an attainment cap below 100% keeps everyone from reaching a target");
                self.report(
                    setting(message)
                        .label(cap.span, text!("below 100%"))
                        .help(text!("write 100% or more; the default is 200%")),
                );
            }
            self.model.policy.attainment_cap = value;
        }
    }

    fn check_timezone(&mut self, written: &ast::Text) {
        self.model.policy.timezone = Zone::named(&written.value);
        if self.model.policy.timezone.is_none() {
            let names = Zone::names();
            let message = text!("there is no time zone `{name}`", name = written.value);
            let found = setting(message).label(written.span, text!("not a zone of the IANA database"));
            let found = match nearest(&written.value, names.iter().map(String::as_str)) {
                Some(near) => found.fix(text!("did you mean `{near}`?", near), written.span, near),
                None => found.help(text!("write it by region and city: `Asia/Shanghai`, `Europe/Berlin`, or `UTC`")),
            };
            self.report(found);
        }
    }

    fn check_edition(&mut self, policy: &'a ast::Policy, faulty: bool) {
        match policy.edition {
            None if faulty => {}
            None => self.report(
                setting(text!("the policy does not say its edition"))
                    .label(policy.title.span, text!("no `edition` in this policy"))
                    .help(text!("add `edition 1`, which fixes what the policy means whatever later versions do")),
            ),
            Some((edition, span)) if edition != Dec::ONE => self.report(
                setting(text!("there is no edition {edition}", edition))
                    .label(span, text!("this version knows edition 1"))
                    .fix(text!("write `edition 1`"), span, "1"),
            ),
            Some(_) => {}
        }
    }

    fn check_currency(&mut self, policy: &'a ast::Policy, faulty: bool) {
        let Some(name) = &policy.currency else {
            if faulty {
                return;
            }
            self.report(
                setting(text!("the policy does not say its currency"))
                    .label(policy.title.span, text!("no `currency` in this policy"))
                    .help(text!("add `currency CNY`, or another code of ISO 4217")),
            );
            return;
        };
        match currency(&name.text) {
            Some(currency) => self.model.policy.currency = currency,
            None => {
                let known = OTHER_DIGITS.iter().map(|(c, _)| *c).chain(HUNDREDTHS.split(' '));
                let near = nearest(&name.text.to_uppercase(), known.clone());
                let upper = name.text.to_uppercase();
                let near = match upper.as_str() {
                    // Common names of currencies that are no codes.
                    "RMB" | "CNH" | "元" | "人民币" => Some("CNY"),
                    upper if currency(upper).is_some() => Some(upper),
                    _ => near,
                };
                let found = setting(text!("`{name}` is no currency", name = name.text))
                    .label(name.span, text!("not a code of ISO 4217"));
                self.report(match near {
                    Some(near) => found.help(text!("did you mean `{near}`?", near)).fix(
                        text!("write `{near}`", near),
                        name.span,
                        near,
                    ),
                    None => found.help(text!("write a code of ISO 4217: `CNY`, `USD`, `EUR`")),
                });
            }
        }
    }
}
