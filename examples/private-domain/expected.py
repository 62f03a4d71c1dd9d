#!/usr/bin/env python3
"""Recomputes every card, pay and rule of the private-domain policy, independently of kpi: the standard library, exact fractions, its own readers.

    python3 expected.py                      prints JSON: the cards, pays and rules of 2025
    python3 expected.py --compare run.json   compares with what `kpi run --from 2025-01 --to 2025-12 --format json` wrote;
                                             prints each difference, exit code 1 if there is one

It shares no code with kpi or with generate.py and knows the policy by heart: whoever changes the policy changes this file too. Rounding
follows the language: sums are exact, a product or quotient keeps 12 digits, a score 2, an attainment 4, pay 2, half away from
zero; from then on only rounded values are used.
"""

import argparse
import bisect
import csv
import json
import pathlib
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction as F
from functools import lru_cache

EXPORTS = pathlib.Path(__file__).parent / "exports"
CAP, ONE, ZERO = F(2), F(1), F(0)
DAY = timedelta(days=1)


# ---- numbers


def rounded(x, digits):
    """Half away from zero."""
    whole = int(abs(x) * 10**digits + F(1, 2))
    return F(whole if x >= 0 else -whole, 10**digits)


def mul(*xs):
    product = ONE
    for x in xs:
        if x is None:
            return None
        product = rounded(product * x, 12)
    return product


def div(a, b):
    return None if a is None or b is None or b == 0 else rounded(a / b, 12)


def pct(n):
    return F(n) / 100


# ---- periods: a first and a last day


class Period:
    def __init__(self, unit, first, last):
        self.unit, self.first, self.last = unit, first, last

    def __eq__(self, other):
        return (self.unit, self.first) == (other.unit, other.first)

    def __hash__(self):
        return hash((self.unit, self.first))

    def __str__(self):
        year = self.first.year
        if self.unit == "week":
            return "{0}-W{1:02}".format(*self.first.isocalendar())
        if self.unit == "quarter":
            return f"{year}-Q{(self.first.month + 2) // 3}"
        return {"day": str(self.first), "month": str(self.first)[:7], "year": str(year)}[self.unit]

    def past(self, n=1):
        return of(self.unit, self.first - DAY).past(n - 1) if n else self

    def of_month(self):
        """The month a week or a day belongs to: a week that of its fourth day."""
        day = self.first + 3 * DAY if self.unit == "week" else self.first
        return day.year, day.month


def of(unit, day):
    """The period of a day."""
    if unit == "day":
        return Period(unit, day, day)
    if unit == "week":
        monday = day - day.weekday() * DAY
        return Period(unit, monday, monday + 6 * DAY)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    begins = (day.month - 1) // months * months
    after = day.year * 12 + begins + months
    return Period(unit, date(day.year, begins + 1, 1), date(after // 12, after % 12 + 1, 1) - DAY)


MONTHS = [of("month", date(2025, m, 1)) for m in range(1, 13)]


def parts(unit, month):
    """The weeks or days that belong to a month."""
    found, period = [], of(unit, month.first - 7 * DAY)
    while period.first <= month.last:
        if period.of_month() == (month.first.year, month.first.month):
            found.append(period)
        period = of(unit, period.last + DAY)
    return found


# ---- exports


def read(name, encoding="utf-8"):
    with open(EXPORTS / name, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def day(text):
    return date.fromisoformat(text[:10] if len(text) > 7 else text + "-01")


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


STAFF = defaultdict(list)
for _row in read("员工.csv"):
    STAFF[_row["工号"]].append(_row)
MEMBER = {r["成员号"]: r for r in read("社群成员.csv")}
OF_OWNER = defaultdict(list)
for _row in MEMBER.values():
    OF_OWNER[_row["负责人"]].append(_row)


class Table:
    """Rows of each owner by day."""

    def __init__(self, rows, when, owner):
        self.rows = defaultdict(list)
        for r in sorted(rows, key=lambda r: r[when]):
            self.rows[owner(r)].append((day(r[when]), r))

    def of(self, key, first, last):
        rows = self.rows[key]
        low = bisect.bisect_left(rows, first, key=lambda r: r[0])
        high = bisect.bisect_right(rows, last, key=lambda r: r[0])
        return [r for _, r in rows[low:high]]


def of_member(column):
    return lambda r: MEMBER[r[column]]["负责人"]


def of_staff(column):
    return lambda r: r[column]


PROFILE = Table(read("会员档案.csv", "gb18030"), "月份", of_member("成员号"))
ARTICLE = Table(read("图文.csv"), "推送日期", of_staff("负责人"))
EVENT = Table(read("社群活动.csv"), "日期", of_staff("负责人"))
MESSAGE = Table(read("社群发言.csv"), "发言时间", of_member("成员号"))
PROMO = Table(read("促销活动.csv"), "结束日期", of_staff("负责人"))
REFERRAL = Table(read("裂变邀请.csv"), "入群日期", of_member("邀请人"))
SURVEY = Table(read("NPS问卷.csv"), "日期", of_member("成员号"))
SERVICE = Table(read("一对一服务.csv"), "提问时间", of_member("成员号"))
ORDERS = Table(read("订单.csv"), "下单日期", of_member("成员号"))
PLAN = Table(read("销售目标.csv"), "月份", of_staff("工号"))
RATING = Table(read("评价.csv"), "月份", of_staff("被评人"))
SUGGESTION = Table(read("分析建议.csv"), "验收日期", of_staff("提出人"))
EXPERIMENT = Table(read("创新实验.csv"), "结项日期", of_staff("负责人"))


def terms(key, period):
    """The roster's row of a person on the last day in a period on which he is there, or none."""
    found = [r for r in STAFF[key] if day(r["生效日期"]) <= period.last and (not r["截止日期"] or day(r["截止日期"]) >= period.first)]
    return max(found, key=lambda r: r["生效日期"]) if found else None


class Cell:
    """A person in a period."""

    def __init__(self, key, period):
        self.key, self.period = key, period
        self.terms = terms(key, period)

    def past(self, n=1):
        return Cell(self.key, self.period.past(n))

    def own(self, table):
        return None if self.terms is None else table.of(self.key, self.period.first, self.period.last)

    def members(self, when=None):
        """How many are in the community on a day, usually the last of the period."""
        when = when or self.period.last
        if self.terms is None:
            return None
        return F(sum(day(r["入群日期"]) <= when and (not r["退群日期"] or day(r["退群日期"]) >= when) for r in OF_OWNER[self.key]))

    def joined(self, days=0):
        """Who joined so many days before a day of the period."""
        if self.terms is None:
            return None
        return [r for r in OF_OWNER[self.key] if self.period.first <= day(r["入群日期"]) + days * DAY <= self.period.last]


def total(rows, column):
    return None if rows is None else sum((F(r[column]) for r in rows), ZERO)


def count(rows, holds=lambda r: True):
    return None if rows is None else F(sum(bool(holds(r)) for r in rows))


def distinct(rows, column):
    return None if rows is None else F(len({r[column] for r in rows}))


def share(rows, holds):
    return div(count(rows, holds), count(rows))


def mean(xs):
    return div(sum(xs, ZERO), F(len(xs)))


def minus(a, b):
    return None if a is None or b is None else a - b


def yes(column):
    return lambda r: r[column] == "是"


# ---- indicators: the actual of a cell


def new_retention(c):
    """By the roster, where the policy asks the CRM's snapshot."""
    return share(c.joined(), lambda r: not r["退群日期"] or day(r["退群日期"]) >= c.period.last)


def tags(c):
    rows = c.own(PROFILE)
    return div(total(rows, "已填标签"), total(rows, "应填标签"))


def open_rate(c):
    rows = c.own(ARTICLE)
    return div(total(rows, "打开人数"), total(rows, "送达人数"))


def event_rate(c):
    rows = c.own(EVENT)
    return div(total(rows, "参与人数"), total(rows, "触达人数"))


def promo_roi(c):
    rows = c.own(PROMO)
    return div(total(rows, "活动收入"), total(rows, "投入成本"))


def referral_k(c):
    rows = c.own(REFERRAL)
    return div(count(rows), distinct(rows, "邀请人"))


def nps_score(c):
    rows = c.own(SURVEY)
    if not rows:
        return None
    answers = [int(r["推荐意愿"]) for r in rows]
    return mul(div(F(sum(a >= 9 for a in answers) - sum(a <= 6 for a in answers)), F(len(answers))), F(100))


def nps_rise(c):
    return minus(nps_score(c), nps_score(c.past()))


def praise(c):
    return share(c.own(SERVICE), yes("好评"))


def first_reply(c):
    rows = c.own(SERVICE)
    waits = [moment(r["首次响应"] or r["关闭时间"]) - moment(r["提问时间"]) for r in rows or []]
    return mean([F(int(w.total_seconds())) for w in waits]) if waits else None


def arpu(c):
    rows = c.own(ORDERS)
    return div(total(rows, "实付金额"), distinct(rows, "成员号"))


@lru_cache(None)
def arpu_of_brand(brand, period):
    rows = []
    for key in STAFF:
        c = Cell(key, period)
        if c.terms and c.terms["品牌"] == brand:
            rows += c.own(ORDERS)
    return div(total(rows, "实付金额"), distinct(rows, "成员号"))


def ltv(c):
    if c.terms is None:
        return None
    first = c.period.past(11).first
    return div(total(ORDERS.of(c.key, first, c.period.last), "实付金额"), c.members())


def repurchase(c):
    rows = c.own(ORDERS)
    return div(distinct([r for r in rows or [] if int(r["第几单"]) >= 2], "成员号"), distinct(rows, "成员号"))


def community(c):
    return c.members()


def service_per_head(c):
    return distinct(c.own(SERVICE), "成员号")


def pool_growth(c):
    start = c.members(c.period.first) if c.terms and min(day(r["生效日期"]) for r in STAFF[c.key]) <= c.period.first else ZERO if c.terms else None
    return div(count(c.joined()), start)


def beauty_retention(c):
    return share(c.joined(30), lambda r: not r["退群日期"] or day(r["退群日期"]) >= day(r["入群日期"]) + 30 * DAY)


def lead_articles(c):
    return count(c.own(ARTICLE), lambda r: r["头条"] == "是" and F(r["打开人数"]) / F(r["送达人数"]) > pct(15))


def weekly_event(c):
    return count(c.own(EVENT), lambda r: F(r["参与人数"]) / F(r["触达人数"]) > pct(20))


def daily_active(c):
    return div(distinct(c.own(MESSAGE), "成员号"), c.members())


def ugc(c):
    return share(c.own(MESSAGE), yes("原创内容"))


def marks(c, kind):
    rows = [F(r["评分"]) for r in c.own(RATING) or [] if r["评价方"] == kind]
    return mean(rows) if rows else None


def mixed(c):
    by = [(marks(c, kind), pct(w)) for kind, w in (("直属主管", 40), ("协作部门", 30), ("用户", 30))]
    present = [(x, w) for x, w in by if x is not None]
    return div(sum((mul(x, w) for x, w in present), ZERO), sum((w for _, w in present), ZERO))


def sales(c):
    return total(c.own(ORDERS), "实付金额")


def planned(c):
    """The month's plan, or none."""
    return total(c.own(PLAN), "目标金额") or None


def manager_view(c):
    return marks(c, "直属主管")


def blind_test(c):
    return marks(c, "用户盲测")


def suggestions(c):
    raised = lambda r: r["关键指标"] == r["已验证"] == "是" and r["验证值"] and F(r["验证值"]) >= F(r["基线值"]) * F(115, 100)
    return count(c.own(SUGGESTION), raised)


# ---- targets and scoring


def base(op, target, stretch=None):
    """A constant target."""
    return lambda c: (op, F(target), None if stretch is None else F(stretch))


def of_mean(c):
    mean_of_brand = arpu_of_brand(c.terms["品牌"], c.period)
    return "≥", mean_of_brand, mul(pct(140), mean_of_brand)


TARGETS = {
    new_retention: base("≥", pct(35), pct(50)),
    tags: base("≥", pct(60), pct(85)),
    open_rate: base("≥", pct(12), pct(18)),
    event_rate: base("≥", pct(15), pct(25)),
    promo_roi: base("≥", 3, 5),
    referral_k: base("≥", F(12, 10), F(18, 10)),
    nps_score: base("≥", 40, 60),
    praise: base("≥", pct(90), pct(95)),
    first_reply: base("≤", 180),
    arpu: of_mean,
    ltv: base("≥", 1800, 2400),
    repurchase: base("≥", pct(60)),
    community: lambda c: ("≥", mul(pct(120), community(c.past(12))), None),
    service_per_head: lambda c: ("≥", mul(pct(130), service_per_head(c.past(3))), None),
    pool_growth: base("≥", pct(5)),
    beauty_retention: base(">", pct(40)),
    lead_articles: base("≥", 2),
    weekly_event: base("≥", 1),
    daily_active: base("≥", pct(10)),
    ugc: base("≥", pct(30)),
    mixed: base("≥", 4),
    manager_view: base("≥", 4),
    blind_test: base("≥", 4),
    suggestions: base("≥", 1),
    sales: lambda c: ("≥", planned(c), None),
    nps_rise: base("≥", 5),
}
STRETCHED = {new_retention, tags, open_rate, event_rate, promo_roi, referral_k, nps_score, arpu, ltv}
RATED = {mixed, manager_view, blind_test}
SHARES = {lead_articles: "week", weekly_event: "week", daily_active: "day"}


def met(op, a, t):
    return {"≥": a >= t, ">": a > t, "≤": a <= t}[op]


def attained(op, a, t):
    if t == 0:
        return ONE if met(op, a, t) else ZERO
    if op == "≤":
        return CAP if a <= 0 else min(CAP, div(t, a))
    return max(ZERO, min(CAP, div(a, t)))


class Line:
    """An indicator on a card. `fraction` is what it earns of its weight, `counts` what it adds to the card's attainment."""

    track = None

    def __init__(self, indicator, c):
        self.name, self.actual, self.target = indicator.__name__, None, None
        self.attainment = self.fraction = self.counts = None
        self.status, self.lines, self.met = "no_data", None, False
        if indicator is sales:
            shares = [(Cell(c.key, part), share) for unit, share in (("week", F(1, 4)), ("day", F(1, 25))) for part in parts(unit, c.period)]
            self.track = [{"period": str(x.period), "actual": sales(x), "target": mul(planned(c), share)} for x, share in shares]
        if indicator in SHARES:
            return self.of_parts(indicator, c)
        self.actual = indicator(c)
        op, self.target, stretch = TARGETS[indicator](c)
        if self.actual is None or self.target is None:
            return
        self.attainment = self.counts = attained(op, self.actual, self.target)
        self.fraction = min(ONE, self.attainment)
        self.met = met(op, self.actual, self.target)
        if indicator in STRETCHED and self.actual > self.target:
            self.fraction = rounded(min(ONE + pct(20) * (self.actual - self.target) / (stretch - self.target), pct(120)), 12)
        if indicator is praise:
            self.fraction = self.counts = ONE if self.met else ZERO
        if indicator in RATED:
            self.fraction = self.counts = div(self.actual, F(5))
        self.status = "met" if self.met else "missed"

    def of_parts(self, indicator, c):
        """The share of the weeks, or days, on which the target was met."""
        found = []
        for part in parts(SHARES[indicator], c.period):
            inner = Cell(c.key, part)
            if inner.terms is not None and (actual := indicator(inner)) is not None:
                op, target, _ = TARGETS[indicator](inner)
                found.append(met(op, actual, target))
        if found:
            self.attainment = self.counts = self.fraction = div(F(sum(found)), F(len(found)))
            self.met = all(found)
            self.status = "met" if self.met else "missed"


class Whole(Line):
    """Several lines that make one: a group, by their weights."""

    def __init__(self, name, lines):
        self.name, self.lines, self.actual, self.target = name, lines, None, None
        self.attainment = self.fraction = self.counts = None
        self.status = "no_data"
        if all(line.fraction is not None for line, _ in lines):
            self.fraction = sum((mul(w, line.fraction) for line, w in lines), ZERO)
            self.attainment = self.counts = sum((mul(w, line.counts) for line, w in lines), ZERO)
            self.status = "met" if all(line.status == "met" for line, _ in lines) else "missed"


class Nested(Line):
    """A card as a line."""

    def __init__(self, card):
        self.name, self.lines, self.actual, self.target, self.status = card.scorecard, None, None, None, "scored" if card.complete else "no_data"
        self.fraction = div(card.score, F(100)) if card.complete else None
        self.attainment = self.counts = card.attainment


class RolledUp(Line):
    """The cards of shorter periods as a line: the mean of those that are complete."""

    def __init__(self, cards):
        complete = [card for card in cards if card.complete]
        self.name, self.lines, self.actual, self.target, self.status = cards[0].scorecard, None, None, None, "scored" if complete else "no_data"
        self.fraction = div(mean([card.score for card in complete]), F(100)) if complete else None
        self.attainment = self.counts = mean([card.attainment for card in complete]) if complete else None


# ---- cards


class Card:
    def __init__(self, scorecard, c, lines, watched=(), reweight=(), bonus=ZERO):
        self.scorecard, self.cell, self.subject, self.period = scorecard, c, c.key, c.period
        self.lines, self.watched = lines, watched
        self.left_out = {line.name for line, _ in lines if line.fraction is None and line.name in reweight}
        present = [(line, w) for line, w in lines if line.name not in self.left_out]
        self.present = sum((w for _, w in present), ZERO)
        self.complete = all(line.fraction is not None for line, _ in present)
        self.score = self.attainment = self.rank = None
        if self.complete:
            fraction = sum((mul(w, line.fraction) for line, w in present), ZERO)
            attainment = sum((mul(w, line.counts) for line, w in present), ZERO)
            if self.left_out:
                fraction, attainment = div(fraction, self.present), div(attainment, self.present)
            self.score, self.attainment = rounded(mul(fraction, F(100)) + bonus, 2), rounded(attainment, 4)

    def rules(self):
        if self.scorecard != "pd_card":
            return []
        outcome = "not_judged" if not self.complete else "fired" if self.attainment < pct(90) else "not_fired"
        return [{"rule": "closed_loop", "outcome": outcome}]

    def as_json(self):
        lines = []
        for line, weight in self.lines:
            if line.name in self.left_out:
                weight = None
            elif self.left_out and self.complete:
                weight = div(weight, self.present)
            lines.append(line_json(line, weight))
        lines += [line_json(line, None) | {"status": "watched"} for line in self.watched]
        return {
            "scorecard": self.scorecard, "subject": self.subject, "period": str(self.period),
            "status": "complete" if self.complete else "incomplete", "score": self.score, "attainment": self.attainment,
            "grade": None, "rank": self.rank, "vetoed": [], "lines": lines, "pay": {}, "total_pay": None, "rules": self.rules(),
        }


def line_json(line, weight):
    score = None if weight is None or line.fraction is None else mul(mul(weight, line.fraction), F(100))
    found = {
        "indicator": line.name, "actual": line.actual, "target": line.target, "attainment": line.attainment,
        "weight": weight, "score": score, "status": line.status,
    }
    if line.track:
        found["track"] = line.track
    if line.lines:
        found["lines"] = [line_json(inner, w) for inner, w in line.lines]
    return found


@lru_cache(None)
def pd_card(key, period):
    c = Cell(key, period)
    line = lambda indicator: Line(indicator, c)
    group = lambda name, **weights: Whole(name, [(line(globals()[i]), pct(w)) for i, w in weights.items()])
    by_level = group("by_level", ugc=100) if c.terms["级别"] == "高级" else group("by_level", daily_active=100)
    beauty = c.terms["品牌"] == "美妆"
    by_brand = group("by_brand", pool_growth=40, beauty_retention=60) if beauty else group("by_brand", lead_articles=50, weekly_event=50)
    outcomes = [r["结果"] for r in c.own(EXPERIMENT)]
    lines = [
        (group("traffic", new_retention=50, tags=50), pct(10)),
        (group("content", open_rate=50, event_rate=50), pct(10)),
        (group("conversion", promo_roi=40, referral_k=30, arpu=30), pct(10)),
        (group("experience", nps_score=50, first_reply=50), pct(10)),
        (line(praise), pct(20)),
        (group("long_run", ltv=60, repurchase=40), pct(25)),
        (by_level, pct(5)),
        (line(community), pct(5)),
        (by_brand, pct(5)),
    ]
    bonus = min(F(6), F(outcomes.count("已验证") + 2 * outcomes.count("成功")))
    return Card("pd_card", c, lines, [line(service_per_head), line(sales)], {"community"}, bonus)


def review(key, period):
    c = Cell(key, period)
    inner = (Nested(pd_card(key, period)), pct(60 if c.terms["品牌"] == "美妆" else 70))
    if c.terms["品牌"] == "美妆":
        return Card("beauty_review", c, [inner, (Line(manager_view, c), pct(25)), (Line(blind_test, c), pct(15))])
    return Card("baby_review", c, [inner, (Line(mixed, c), pct(30))])


def quarter_card(key, period):
    c = Cell(key, period)
    months = [m for m in MONTHS if period.first <= m.first <= period.last and terms(key, m)]
    lines = [(RolledUp([pd_card(key, m) for m in months]), pct(70)), (Line(nps_rise, c), pct(20)), (Line(suggestions, c), pct(10))]
    return Card("quarter_card", c, lines)


def cards(period):
    """All cards of a month or a quarter, ranked among those of their scorecard."""
    there = [key for key in STAFF if terms(key, period)]
    kinds = [pd_card, review] if period.unit == "month" else [quarter_card]
    out = [kind(key, period) for kind in kinds for key in there]
    for card in out:
        if card.complete:
            card.rank = 1 + sum(o.complete and o.scorecard == card.scorecard and o.score > card.score for o in out)
    return out


# ---- pay


def marginal(x, slices):
    """Each slice at its own rate."""
    ends = [start for start, _ in slices[1:]] + [None]
    pay = ZERO
    for (start, rate), end in zip(slices, ends):
        upper = x if end is None else min(x, end)
        if upper > start:
            pay += (upper - start) * rate
    return pay


def sales_pay(key, period):
    c = Cell(key, period)
    sold, aim = sales(c), planned(c)
    pay = {"base": None, "commission": None}
    if aim is not None:
        reached = div(sold, aim) >= pct(70)
        pay["base"] = rounded(F(c.terms["月薪"]) * pct(20), 2) if reached else ZERO
        pay["commission"] = rounded(marginal(sold - aim, [(ZERO, pct(3)), (F(2000), pct(5)), (F(5000), pct(8))]), 2)
    whole = None if None in pay.values() else sum(pay.values(), ZERO)
    return {"incentive": "sales_pay", "subject": key, "period": str(period), "pay": pay, "total_pay": whole}


def growth_award(key, period):
    """5% of what was spent more than in the year before; held where nobody was here in that."""
    c = Cell(key, period)
    spent, before = (total(x.own(ORDERS), "实付金额") for x in (c, c.past()))
    pay = None if before is None else rounded(pct(5) * max(spent - before, ZERO), 2)
    return {"incentive": "growth_award", "subject": key, "period": str(period), "pay": {"growth": pay}, "total_pay": pay}


# ---- rules of their own periods


def outcome(holds):
    return "not_judged" if holds is None else "fired" if holds else "not_fired"


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


@lru_cache(None)
def of_level(indicator, level, period):
    """The values of those of a level, by person."""
    there = [Cell(key, period) for key in STAFF if terms(key, period)]
    own = {c.key: indicator(c) for c in there if c.terms["级别"] == level}
    return {key: x for key, x in own.items() if x is not None}


def above_mean(indicator, c):
    values = of_level(indicator, c.terms["级别"], c.period)
    return values[c.key] > mean(list(values.values())) if c.key in values else None


def promotion(c):
    return both(above_mean(repurchase, c), above_mean(referral_k, c))


def message_drop(c):
    """Less than half of the mean of the seven days before, those without data left out."""
    week = [count(c.past(n).own(MESSAGE)) for n in range(1, 8)]
    known = [x for x in week if x is not None]
    return count(c.own(MESSAGE)) < mul(pct(50), mean(known)) if known else None


def fewer(c):
    now, before = count(c.own(MESSAGE)), count(c.past().own(MESSAGE))
    return None if now is None or before is None else now < before


def message_trend(c):
    """Three weeks in a row, each with fewer than the one before."""
    now = fewer(c)
    return False if now is False else both(both(now, fewer(c.past(1))), fewer(c.past(2)))


def over_the_year(unit):
    """The periods that end in the year."""
    period = of(unit, date(2025, 1, 1))
    while period.last <= date(2025, 12, 31):
        yield period
        period = of(unit, period.last + DAY)


def recompute():
    there = lambda unit: [(key, period) for period in over_the_year(unit) for key in STAFF if terms(key, period)]
    judged = [(promotion, "year"), (message_drop, "day"), (message_trend, "week")]
    return {
        "cards": [card.as_json() for unit in ("month", "quarter") for period in over_the_year(unit) for card in cards(period)],
        "incentives": [sales_pay(*at) for at in there("month")] + [growth_award(*at) for at in there("year")],
        "rules": [
            {"rule": rule.__name__, "subject": key, "period": str(period), "outcome": outcome(rule(Cell(key, period)))}
            for rule, unit in judged
            for key, period in there(unit)
        ],
    }


# ---- output and comparison


def plain(x):
    if isinstance(x, F):
        text = f"{abs(int(rounded(x, 12) * 10**12)):013}"
        text = f"{text[:-12]}.{text[-12:]}".rstrip("0").rstrip(".")
        return ("-" if x < 0 and text != "0" else "") + text
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list):
        return [plain(v) for v in x]
    return x


def number(x):
    """A quantity or decimal string of kpi as plain() writes it."""
    if isinstance(x, dict):
        x = x["value"]
    return None if x is None else plain(F(x))


NUMBERS = {"score", "attainment", "actual", "target", "weight", "total_pay"}


def differences(want, got, at):
    for key, value in want.items():
        found, place = got.get(key), f"{at} {key}"
        if key in NUMBERS:
            found = number(found)
        if key == "pay":
            found = {k: number(v) for k, v in (found or {}).items()}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            name = lambda v: v.get("indicator") or v.get("rule") or v.get("period")
            found = {name(f): f for f in found or []}
            if sorted(found) != sorted(map(name, value)):
                yield f"{place}: has {sorted(found)}, not {sorted(map(name, value))}"
            for v in value:
                if name(v) in found:
                    yield from differences(v, found[name(v)], f"{place}[{name(v)}]")
        elif found != value:
            yield f"{place}: {found}, not {value}"


def held_against(want, got, what, where):
    """What differs between two lists of things that are told apart by `where`."""
    found = {where(x): x for x in got}
    for x in want:
        other = found.pop(where(x), None)
        if other is None:
            yield f"{what} {where(x)}: is missing"
        else:
            yield from differences(x, other, f"{what} {where(x)}")
    yield from (f"{what} {at}: one too many" for at in found)


def compare(path):
    want = plain(recompute())
    got = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    at = lambda *names: lambda x: tuple(x[name] for name in names)
    wrong = list(held_against(want["cards"], got["cards"], "card", at("scorecard", "subject", "period")))
    wrong += held_against(want["incentives"], got["incentives"], "pay", at("incentive", "subject", "period"))
    wrong += held_against(want["rules"], got["rules"], "rule", at("rule", "subject", "period"))
    for line in wrong:
        print(line)
    print(f"{len(want['cards'])} cards, {len(want['incentives'])} pays and {len(want['rules'])} rules compared, {len(wrong)} differences")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", metavar="FILE", help="what kpi run wrote")
    options = parser.parse_args()
    if options.compare:
        sys.exit(compare(options.compare))
    json.dump(plain(recompute()), sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
