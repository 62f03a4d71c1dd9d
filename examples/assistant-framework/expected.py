#!/usr/bin/env python3
"""Recomputes every card, pay and rule of the framework policy, independently of kpi: the standard library, exact fractions, its own readers.

    python3 expected.py                      prints JSON: the cards, pays and rules of 2025
    python3 expected.py --compare run.json   compares with what `kpi run --from 2025-01 --to 2025-12 --format json` wrote;
                                             prints each difference, exit code 1 if there is one

It shares no code with kpi or with generate.py and knows the policy by heart: whoever changes the policy changes this file too. Rounding
follows the language: sums are exact, a product or quotient keeps 12 digits, a score 2, an attainment 4, pay 2, half away from
zero; from then on only rounded values are used.
"""

import argparse
import csv
import json
import pathlib
import sys
from datetime import date, datetime, timedelta
from fractions import Fraction as F

EXPORTS = pathlib.Path(__file__).parent / "exports"
DAY = timedelta(days=1)
ROLE = {"用户留存": "retention", "活动运营": "campaign", "服务支持": "service"}
STAGE = {"新品上市": "launch", "成长": "growth", "成熟": "mature"}
ADVICE = {"能力不足": "培训与 90 天改进计划", "意愿不足": "目标复盘", "岗位不匹配": "调岗", None: "先做诊断"}


def rounded(x, digits):
    whole = int(abs(x) * 10**digits + F(1, 2))
    return F(whole if x >= 0 else -whole, 10**digits)


def mul(a, b):
    return None if a is None or b is None else rounded(a * b, 12)


def div(a, b):
    return None if a is None or b is None or b == 0 else rounded(F(a) / b, 12)


def mean(values):
    return div(sum(values, F(0)), len(values)) if values else None


def pct(n):
    return F(n, 100)


# ---- exports


def read(name, encoding="utf-8"):
    with open(EXPORTS / f"{name}.csv", encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def day(text):
    return date.fromisoformat(text[:10])


def moment(text):
    return datetime.fromisoformat(text) if text else None


STAFF, VISIT, TICKET, SURVEY = read("员工"), read("访问"), read("工单", "gb18030"), read("问卷")
COMPLAINT, NODE, IDEA, PEER = read("投诉"), read("协作需求"), read("创新提案"), read("互评")
TASK, DIAGNOSIS, POINTS = read("任务"), read("绩效诊断"), read("积分")
KEYS = sorted({row["工号"] for row in STAFF})


class Span:
    """A period: its name, its first and its last day."""

    def __init__(self, name, first, last):
        self.name, self.first, self.last = name, first, last

    def holds(self, text):
        return self.first <= day(text) <= self.last


def until(year, month):
    return date(year + month // 12, month % 12 + 1, 1) - DAY


MONTHS = [Span(f"2025-{m:02}", date(2025, m, 1), until(2025, m)) for m in range(1, 13)]
QUARTERS = [Span(f"2025-Q{q}", date(2025, 3 * q - 2, 1), until(2025, 3 * q)) for q in range(1, 5)]
YEAR = Span("2025", date(2025, 1, 1), date(2025, 12, 31))


def terms(key, span):
    """The row of the last day on which somebody is there in a period."""
    rows = [r for r in STAFF if r["工号"] == key and day(r["生效日期"]) <= span.last and (not r["截止日期"] or day(r["截止日期"]) >= span.first)]
    return max(rows, key=lambda r: r["生效日期"]) if rows else None


def own(table, who, when, key, span):
    return [r for r in table if r[who] == key and span.holds(r[when])]


def share(rows, holds):
    return div(sum(bool(holds(r)) for r in rows), len(rows))


# ---- indicators


def measure(key, span):
    """Every actual of a month; nothing for no data."""
    visits, tickets = own(VISIT, "负责人", "日期", key, span), own(TICKET, "负责人", "提交时间", key, span)
    surveys = own(SURVEY, "负责人", "日期", key, span)
    bought = [r for r in visits if r["成交"] == "是"]
    seconds = lambda end: [F(int((moment(r[end]) - moment(r["提交时间"])).total_seconds())) for r in tickets if r[end]]
    ripe = [r for r in NODE if r["承接人"] == key and span.first <= (moment(r["提出时间"]) + DAY).date() <= span.last]
    in_time = lambda r: r["响应时间"] and moment(r["响应时间"]) - moment(r["提出时间"]) <= DAY
    answers = [int(r["推荐意愿"]) for r in surveys]
    nps = div(sum(a >= 9 for a in answers) - sum(a <= 6 for a in answers), len(answers))
    return {
        "conversion": share(visits, lambda r: r["成交"] == "是"),
        "order_value": div(sum((F(r["实付金额"]) for r in visits), F(0)), len(bought)),
        "new_user_share": share(visits, lambda r: r["新客"] == "是"),
        "repurchase": share(bought, lambda r: r["复购"] == "是"),
        "response": mean(seconds("首次响应")),
        "closure": share(tickets, lambda r: r["关闭时间"]),
        "resolution": share(tickets, lambda r: r["已解决"] == "是"),
        "delivery": mean(seconds("交付时间")),
        "nps_score": mul(nps, F(100)),
        "satisfaction": mean([F(r["满意度"]) for r in surveys]),
        "complaints": div(len(own(COMPLAINT, "负责人", "日期", key, span)), len(visits)) if span.first >= FIRST_COMPLAINT else None,
        "nodes": share(ripe, in_time),
        "ideas": F(sum(r["采纳"] == "是" for r in own(IDEA, "提出人", "日期", key, span))),
    }


FIRST_COMPLAINT = min(day(r["日期"]) for r in COMPLAINT).replace(day=1)


def targets(stage):
    at_least = {"conversion": pct(10), "new_user_share": pct(30), "repurchase": pct(20), "resolution": pct(90), "closure": pct(95)}
    at_least |= {"nps_score": F(40), "satisfaction": F(9, 2), "nodes": pct(95), "ideas": F(1)}
    at_least["order_value"] = {"launch": F(84), "growth": F(100), "mature": F(120)}[stage]
    return at_least, {"response": F(1800), "delivery": F(48 * 3600), "complaints": pct(1)}


def attainment(name, actual, stage):
    at_least, at_most = targets(stage)
    if actual is None:
        return None
    if name in at_least:
        return min(F(2), max(F(0), div(actual, at_least[name])))
    return F(2) if actual <= 0 else min(F(2), div(at_most[name], actual))


def weights(role, stage):
    at = lambda launch, growth, mature: pct({"launch": launch, "growth": growth, "mature": mature}[stage])
    service = role == "service"
    groups = {
        "business": ({"retention": 25, "campaign": 50, "service": 0}[role], {
            "conversion": at(40, 40, 30), "order_value": at(30, 30, 20), "new_user_share": at(30, 0, 0), "repurchase": at(0, 30, 50),
        }),
        "efficiency": (50 if service else 20, {
            "response": pct(40 if service else 30), "closure": pct(40 if service else 0),
            "resolution": pct(10 if service else 40), "delivery": pct(10 if service else 30),
        }),
        "users": ({"retention": 40, "campaign": 15, "service": 35}[role], {"nps_score": pct(40), "satisfaction": pct(30), "complaints": pct(30)}),
        "together": (15, {"nodes": pct(60), "ideas": pct(40)}),
    }
    return {name: (pct(w), {i: x for i, x in lines.items() if x}) for name, (w, lines) in groups.items() if w}


# ---- cards


class Card:
    def __init__(self, scorecard, key, span, lines, parts):
        """`parts`: (weight, fraction, attainment) of each line of the card; `lines`: what every indicator shows."""
        self.scorecard, self.key, self.span, self.lines = scorecard, key, span, lines
        self.complete = all(f is not None for _, f, _ in parts)
        self.score = self.attainment = self.rank = self.grade = None
        self.rules = {}
        if self.complete:
            self.score = rounded(mul(sum((mul(w, f) for w, f, _ in parts), F(0)), F(100)), 2)
            self.attainment = rounded(sum((mul(w, a) for w, _, a in parts), F(0)), 4)

    def plain(self):
        return {
            "status": "complete" if self.complete else "incomplete", "score": text(self.score), "attainment": text(self.attainment),
            "grade": self.grade, "rank": self.rank, "lines": {k: text(v) for k, v in self.lines.items()}, "rules": self.rules,
        }


def layered(key, span):
    row = terms(key, span)
    role, stage, actual = ROLE[row["岗位"]], STAGE[row["产品阶段"]], measure(key, span)
    lines, parts = {}, []
    for weight, inner in weights(role, stage).values():
        marks = []
        for name, part in inner.items():
            lines[name] = actual[name]
            got = attainment(name, actual[name], stage)
            marks.append((part, None if got is None else min(F(1), got), got))
        known = all(got is not None for _, _, got in marks)
        total = lambda place: sum((mul(m[0], m[place]) for m in marks), F(0)) if known else None
        parts.append((weight, total(1), total(2)))
    card = Card("layered", key, span, lines, parts)
    if card.complete:
        card.grade = "优秀" if card.score >= 90 else "合格" if card.score >= 60 else "待改进"
    cause = [r["原因"] for r in DIAGNOSIS if r["工号"] == key and r["月份"] == span.name]
    low = None if not card.complete else card.score < 60
    card.rules["low"] = ("fired", ADVICE[cause[0] if cause else None]) if low else (outcome(low), None)
    return card


def rolled(cards):
    done = [c for c in cards if c.complete]
    return (div(mean([c.score for c in done]), F(100)), mean([c.attainment for c in done])) if done else (None, None)


def task_card(row, span):
    person = terms(row["负责人"], span)
    ended = min(day(row["完成日期"]), span.last) if row["完成日期"] else span.last
    taken = F((ended - day(row["开始日期"])).days * 86400)
    limit = None if person is None else mul(div(F(row["工作量"]), mul(F(person["能力系数"]), F(1))), F(86400))
    got = None if limit is None else F(2) if taken <= 0 else min(F(2), div(limit, taken))
    card = Card("task_card", row["任务号"], span, {"days_taken": taken}, [(F(1), None if got is None else min(F(1), got), got)])
    late = None if limit is None else taken > limit
    card.rules["overdue"] = ("fired", "支援") if late else (outcome(late), None)
    return card


def outcome(holds):
    return "not_judged" if holds is None else "fired" if holds else "not_fired"


def rank(cards, group=lambda card: None):
    for card in cards:
        if card.complete:
            card.rank = 1 + sum(c.complete and group(c) == group(card) and c.score > card.score for c in cards)
    return cards


def top_fifth(cards):
    """The largest set of best cards, ties kept together, that is no more than a fifth of the complete ones."""
    done = [c for c in cards if c.complete]
    return {c.key for c in done if F(sum(o.score >= c.score for o in done)) <= pct(20) * len(done)}


def all_cards():
    months, quarters, out = {}, {}, []
    role_of = lambda card: terms(card.key, card.span)["岗位"]
    for span in MONTHS:
        found = rank([layered(key, span) for key in KEYS if terms(key, span)], role_of)
        months |= {(c.key, span.name): c for c in found}
        tasks = [r for r in TASK if day(r["开始日期"]) <= span.last and (not r["完成日期"] or day(r["完成日期"]) >= span.first)]
        out += found + rank([task_card(row, span) for row in tasks])
    before = None
    for number, span in enumerate(QUARTERS):
        found = []
        for key in [key for key in KEYS if terms(key, span)]:
            inside = [months[key, m.name] for m in MONTHS[3 * number : 3 * number + 3] if (key, m.name) in months]
            score, got = rolled(inside)
            rated = mean([F(r["评分"]) for r in PEER if r["被评人"] == key and span.holds(r["月份"] + "-01")])
            fraction = div(rated, F(5)) if rated is not None else None
            found.append(Card("quarter_card", key, span, {"mutual": rated}, [(pct(85), score, got), (pct(15), fraction, fraction)]))
        rank(found)
        now = top_fifth(found)
        for card in found:
            holds = lambda cards, best: None if card.key not in cards or not cards[card.key].complete else card.key in best
            this = holds({c.key: c for c in found}, now)
            earlier = None if before is None else holds(before[0], before[1])
            both = None if not card.complete else False if this is False or earlier is False else None if this is None or earlier is None else True
            card.rules["trainee"] = ("fired", "管培生计划") if both else (outcome(both), None)
        before = {c.key: c for c in found}, now
        quarters |= {(c.key, span.name): c for c in found}
        out += found
    core = [key for key in KEYS if (terms(key, YEAR) or {}).get("核心人员") == "是"]
    yearly = []
    for key in core:
        score, got = rolled([quarters[key, q.name] for q in QUARTERS if (key, q.name) in quarters])
        card = Card("year_card", key, YEAR, {}, [(F(1), score, got)])
        good = card.score >= 80 if card.complete else None
        card.rules["equity"] = ("fired", "股权激励提名") if good else (outcome(good), None)
        yearly.append(card)
    return out + rank(yearly)


# ---- pay and rules of the roster


def median(values):
    values, n = sorted(values), len(values)
    return None if not n else values[n // 2] if n % 2 else div(values[n // 2 - 1] + values[n // 2], F(2))


def roster():
    pays, rules, earned = {}, {}, {key: F(0) for key in KEYS}
    for span in MONTHS:
        there = [key for key in KEYS if terms(key, span)]
        found = {key: measure(key, span) for key in there}
        for key in there:
            row, actual = terms(key, span), found[key]
            stars = actual["satisfaction"]
            pays["star_bonus", key, span.name] = None if stars is None else rounded(mul(F(row["月薪"]), pct(10)), 2) if stars >= F(24, 5) else F(0)
            others = [found[k]["repurchase"] for k in there if terms(k, span)["岗位"] == row["岗位"] and found[k]["repurchase"] is not None]
            content = None if stars is None else stars >= F(9, 2)
            few = None if actual["repurchase"] is None else actual["repurchase"] < median(others)
            holds = False if content is False or few is False else None if content is None or few is None else True
            rules["cross_check", key, span.name] = outcome(holds)
            industry = F(120) if span.first < date(2025, 7, 1) else F(90)
            off = abs(div(targets(STAGE[row["产品阶段"]])[0]["order_value"], industry) - 1)
            rules["order_value_sane", key, span.name] = outcome(off >= pct(30))
            now = earned[key] + sum((F(r["积分"]) for r in POINTS if r["工号"] == key and span.holds(r["日期"])), F(0))
            rules["badge", key, span.name] = outcome(earned[key] < 100 <= now)
            earned[key] = now
    return pays, rules


# ---- comparison


def text(x):
    if x is None:
        return None
    digits = f"{abs(int(rounded(x, 12) * 10**12)):013}"
    shown = f"{digits[:-12]}.{digits[-12:]}".rstrip("0").rstrip(".")
    return "-" + shown if x < 0 else shown


def recompute():
    pays, rules = roster()
    return {
        "cards": {f"{c.scorecard} {c.key} {c.span.name}": c.plain() for c in all_cards()},
        "pays": {" ".join(k): text(v) for k, v in pays.items()},
        "rules": {" ".join(k): v for k, v in rules.items()},
    }


def flat(lines):
    for line in lines:
        if line["actual"] is not None or "lines" not in line:
            yield line["indicator"], line["actual"] and line["actual"]["value"]
        yield from flat(line.get("lines") or [])


def of_run(run):
    cards = {}
    for c in run["cards"]:
        lines = {name: value for name, value in flat(c["lines"]) if name not in ("layered", "quarter_card")}
        rules = {r["rule"]: (r["outcome"], r.get("says")) for r in c["rules"]}
        picked = {field: c[field] for field in ("status", "score", "attainment", "grade", "rank")}
        cards[f"{c['scorecard']} {c['subject']} {c['period']}"] = picked | {"lines": lines, "rules": rules}
    return {
        "cards": cards,
        "pays": {f"{p['incentive']} {p['subject']} {p['period']}": p["pay"]["bonus"] for p in run["incentives"]},
        "rules": {f"{r['rule']} {r['subject']} {r['period']}": r["outcome"] for r in run["rules"]},
    }


def compare(path):
    want, got = recompute(), of_run(json.loads(pathlib.Path(path).read_text(encoding="utf-8")))
    wrong = []
    for kind in want:
        for name in sorted(want[kind].keys() | got[kind].keys()):
            a, b = want[kind].get(name), got[kind].get(name)
            if a != b:
                wrong.append(f"{name}: Python {a}, kpi {b}")
    for line in wrong:
        print(line)
    print(f"{len(want['cards'])} cards, {len(want['pays'])} pays and {len(want['rules'])} rules compared, {len(wrong)} differences")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", metavar="FILE", help="what kpi run wrote")
    options = parser.parse_args()
    if options.compare:
        sys.exit(compare(options.compare))
    json.dump(recompute(), sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
