#!/usr/bin/env python3
"""Recomputes every card of the KPI library, independently of kpi: the standard library, exact fractions, its own readers.

    python3 expected.py                      prints JSON: the cards of 2026-01 to 2026-06 and the outcomes of the rules
    python3 expected.py --compare run.json   compares with what `kpi run --from 2026-01 --to 2026-06 --format json` wrote;
                                             prints each difference, exit code 1 if there is one

It shares no code with kpi or with generate.py and knows the policy by heart: whoever changes the policy changes this file too. Rounding
follows the language: sums are exact, a product or quotient keeps 12 digits, a score 2, an attainment 4, half away from
zero; from then on only rounded values are used.
"""

import argparse
import calendar
import csv
import json
import pathlib
import sys
import xml.etree.ElementTree as xml
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction as F
from functools import lru_cache

EXPORTS = pathlib.Path(__file__).parent / "exports"
MONTHS = [(2026, m) for m in range(1, 7)]
CAP, ONE, ZERO = F(2), F(1), F(0)


# ---- numbers and months


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


def mean(xs):
    return div(sum(xs, ZERO), F(len(xs)))


def pct(n):
    return F(n) / 100


def before(m, n=1):
    index = m[0] * 12 + m[1] - 1 - n
    return index // 12, index % 12 + 1


def last_day(m):
    return date(m[0], m[1], calendar.monthrange(*m)[1])


def month_of(day):
    return day.year, day.month


def month_text(m):
    return f"{m[0]}-{m[1]:02}"


# ---- readers


def read_csv(name, encoding="utf-8"):
    with open(EXPORTS / name, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def read_sheet(name, sheet):
    """One sheet of a workbook: rows as dictionaries; a cell with a date format is a date, a number the shortest decimal of its float."""
    spread = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    office = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    with zipfile.ZipFile(EXPORTS / name) as book:
        tree = lambda path: xml.fromstring(book.read(path))
        links = {r.get("Id"): r.get("Target") for r in tree("xl/_rels/workbook.xml.rels")}
        (found,) = [s for s in tree("xl/workbook.xml").iter(f"{spread}sheet") if s.get("name") == sheet]
        texts = ["".join(t.text or "" for t in si.iter(f"{spread}t")) for si in tree("xl/sharedStrings.xml").iter(f"{spread}si")]
        styles = tree("xl/styles.xml")
        codes = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(f"{spread}numFmt")}
        formats = [codes.get(xf.get("numFmtId"), "") for xf in styles.find(f"{spread}cellXfs")]
        rows = []
        for row in tree("xl/" + links[found.get(f"{office}id")]).iter(f"{spread}row"):
            cells = []
            for cell in row:
                text = cell.find(f"{spread}v").text
                if cell.get("t") == "s":
                    cells.append(texts[int(text)])
                elif "yy" in formats[int(cell.get("s", "0"))]:
                    cells.append(date(1899, 12, 30) + timedelta(days=int(text)))
                else:
                    cells.append(F(repr(float(text))))
            rows.append(cells)
    return [dict(zip(rows[0], cells)) for cells in rows[1:]]


def day(text):
    return date.fromisoformat(text)


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


def by_month(rows, when):
    """Rows by the month of a date."""
    found = defaultdict(list)
    for r in rows:
        found[when(r)].append(r)
    return found


STAFF = defaultdict(list)
for _row in read_csv("员工.csv"):
    STAFF[_row["工号"]].append(_row)
CAMPAIGN = {r["活动编号"]: r for r in read_csv("活动.csv")}
USER = {r["用户编号"]: r for r in read_csv("用户.csv")}
# Accounts of the house count nowhere, nor does what they do.
OUTSIDE = [r for r in USER.values() if r["内部账号"] == "否"]
SKU = {r["商品编码"]: r for r in read_csv("商品.csv")}


def ended(r):
    """The month in which the campaign of a row ended."""
    return month_of(day(CAMPAIGN[r["活动编号" if "活动编号" in r else "活动"]]["结束日期"]))


_orders = [r for r in read_csv("订单.csv") if USER[r["用户"]]["内部账号"] == "否"]
REGISTERED = by_month(OUTSIDE, lambda r: month_of(day(r["注册日期"])))
ACTIVE = by_month([r for r in read_csv("活跃.csv") if USER[r["用户"]]["内部账号"] == "否"], lambda r: month_of(day(r["日期"])))
ORDERS = by_month(_orders, lambda r: month_of(day(r["下单日期"])))
CAMPAIGN_ORDERS = by_month([r for r in _orders if r["活动"]], ended)
SPEND = by_month(read_csv("渠道投放.csv", "gb18030"), lambda r: month_of(day(r["日期"])))
STOCK = by_month(read_csv("库存.csv", "gb18030"), lambda r: month_of(day(r["日期"])))
FINANCE = by_month(read_sheet("财务.xlsx", "品类损益"), lambda r: month_of(r["月份"]))
FEE = by_month(read_sheet("财务.xlsx", "活动费用"), ended)
RUNS = by_month(CAMPAIGN.values(), ended)
VISIT = by_month(read_csv("活动页.csv"), ended)
COMPLAINT = by_month(read_csv("活动投诉.csv"), ended)
FAULT = by_month(read_csv("执行差错.csv"), ended)
LEAD = by_month(read_csv("线索.csv"), ended)
REPORT = by_month(read_csv("报表.csv", "gb18030"), lambda r: month_of(day(r["应交日期"])))
SUGGESTION = by_month(read_csv("分析建议.csv"), lambda r: month_of(day(r["会议日期"])))
REQUEST = by_month(read_csv("临时需求.csv"), lambda r: month_of(moment(r["提出时间"]).date()))
PILOT = by_month(read_csv("数据试点.csv"), lambda r: month_of(day(r["启动日期"])))
RATING = by_month(read_csv("评分.csv"), lambda r: tuple(map(int, r["月份"].split("-"))))


def terms(key, m):
    """The roster's row of a person on his last day in a month, or none."""
    first, last = date(*m, 1), last_day(m)
    found = [r for r in STAFF[key] if day(r["生效日期"]) <= last and (not r["截止日期"] or day(r["截止日期"]) >= first)]
    return max(found, key=lambda r: r["生效日期"]) if found else None


class Cell:
    """A person, a campaign or a channel in a month."""

    def __init__(self, kind, key, m):
        self.kind, self.key, self.m = kind, key, m

    def past(self, n):
        return Cell(self.kind, self.key, before(self.m, n))

    @property
    def there(self):
        return self.kind != "staff" or terms(self.key, self.m) is not None

    def own(self, table, owner):
        """The month's rows of this subject; none if it was not there, or before anything is known."""
        if not self.there or self.m < min(table):
            return None
        return [r for r in table.get(self.m, []) if owner(r) == self.key]

    def of_campaigns(self, table):
        """The month's rows that lead to the campaign, or to the person who runs it."""
        which = lambda r: r["活动编号" if "活动编号" in r else "活动"]
        return self.own(table, which if self.kind == "campaign" else lambda r: CAMPAIGN[which(r)]["负责人"])


def owner(r):
    return r["负责人"]


def user_owner(r):
    return USER[r["用户"]]["负责人"]


def sku_owner(r):
    return SKU[r["商品编码"]]["负责人"]


def total(rows, column):
    return None if rows is None else sum((F(r[column]) for r in rows), ZERO)


def count(rows, holds=lambda r: True):
    return None if rows is None else F(sum(bool(holds(r)) for r in rows))


def share(rows, holds):
    return div(count(rows, holds), count(rows))


def yes(column):
    return lambda r: r[column] == "是"


def distinct(rows, column):
    return None if rows is None else F(len({r[column] for r in rows}))


def selling(r):
    return CAMPAIGN[r["活动编号" if "活动编号" in r else "活动"]]["活动目标"] == "销售"


# ---- indicators: the actual of a cell


def new_users(c):
    return count(c.own(REGISTERED, owner))


def cac(c):
    return div(total(c.own(SPEND, owner), "投放费用"), new_users(c))


def paying_users(c):
    return distinct(c.own(ORDERS, user_owner), "用户")


def arpu(c):
    return div(total(c.own(ORDERS, user_owner), "实付金额"), distinct(c.own(ACTIVE, user_owner), "用户"))


def sharers(c):
    return share(c.own(REGISTERED, owner), yes("分享过"))


def invitees(c):
    return total(c.own(REGISTERED, owner), "成功邀请数")


def later(days):
    """The month in which a user's day n falls."""
    return by_month(OUTSIDE, lambda r: month_of(day(r["注册日期"]) + timedelta(days=days)))


DAY_7, DAY_30 = later(7), later(30)


def looked_after(c):
    """Whose users count: those of a person, or of a channel."""
    return (lambda u: u["渠道"]) if c.kind == "channel" else owner


def active_on(c, cohort, days):
    """The share of a cohort that is active so many days after registering."""
    whose = looked_after(c)
    users = c.own(cohort, whose)
    if users is None:
        return None
    seen = {r["用户"] for r in ACTIVE[c.m] if day(r["日期"]) == day(USER[r["用户"]]["注册日期"]) + timedelta(days=days)}
    return share(users, lambda u: u["用户编号"] in seen)


def first_day(c):
    return active_on(c, REGISTERED, 0)


def retention7(c):
    return active_on(c, DAY_7, 7)


def retention30(c):
    return active_on(c, DAY_30, 30)


FIRST_ORDER = {}
for _row in _orders:
    _day = day(_row["下单日期"])
    FIRST_ORDER[_row["用户"]] = min(_day, FIRST_ORDER.get(_row["用户"], _day))


def first_order(c):
    ordered = lambda u: u["用户编号"] in FIRST_ORDER and FIRST_ORDER[u["用户编号"]] <= day(u["注册日期"]) + timedelta(days=7)
    return share(c.own(DAY_7, owner), ordered) if c.there else None


def retention_gain(c):
    return div(retention30(c), retention30(c.past(3)))


def paying_gain(c):
    return div(paying_users(c), paying_users(c.past(3)))


def evenings(rows, column):
    """The sum of every evening."""
    days = defaultdict(F)
    for r in rows:
        days[r["日期"]] += F(r[column])
    return list(days.values())


def inventory_days(c):
    rows = c.own(STOCK, sku_owner)
    return mul(div(mean(evenings(rows, "库存金额")), mean(evenings(rows, "销售成本"))), F(86400))


def months_of_skus(c):
    """Pieces, revenue and cost of every SKU in the month."""
    found = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for r in c.own(STOCK, sku_owner):
        for i, column in enumerate(("销量", "销售额", "销售成本")):
            found[r["商品编码"]][i] += F(r[column])
    return list(found.values())


def slow_movers(c):
    return share(months_of_skus(c), lambda s: s[0] < 5)


def margin(c):
    rows = c.own(FINANCE, owner)
    return div(total(rows, "收入") - total(rows, "成本"), total(rows, "收入"))


def lead_share(c):
    rows = c.own(STOCK, sku_owner)
    return div(total([r for r in rows if SKU[r["商品编码"]]["主推款"] == "是"], "销售额"), total(rows, "销售额"))


def turnover(c):
    rows = [r for r in c.own(STOCK, sku_owner) if SKU[r["商品编码"]]["成品"] == "是"]
    return div(total(rows, "销售成本"), mean(evenings(rows, "库存金额")))


def sku_margin(c):
    return mean([div(revenue - cost, revenue) for _, revenue, cost in months_of_skus(c) if revenue > 0])


def key_share(c):
    rows = c.own(FINANCE, owner)
    return div(total([r for r in rows if r["重点品类"] == "是"], "收入"), total(rows, "收入"))


def storage_cost(c):
    return total(c.own(STOCK, sku_owner), "仓储费")


def margin_gain(c):
    return margin(c) - margin(c.past(3))


def campaign_roi(c):
    sold = [r for r in c.of_campaigns(CAMPAIGN_ORDERS) if selling(r)]
    return div(total(sold, "实付金额") - total(sold, "商品成本"), total([r for r in c.of_campaigns(FEE) if selling(r)], "金额"))


def page_conversion(c):
    rows = c.of_campaigns(VISIT)
    return div(total(rows, "购买人数"), total(rows, "访客数"))


def complaint_rate(c):
    return div(count(c.of_campaigns(COMPLAINT)), total(c.of_campaigns(RUNS), "参与人数"))


def gmv(c):
    return total(c.of_campaigns(CAMPAIGN_ORDERS), "实付金额")


def campaign_orders(c):
    return count(c.of_campaigns(CAMPAIGN_ORDERS))


def page_uv(c):
    return total(c.of_campaigns(VISIT), "访客数")


def slot_clicks(c):
    rows = c.of_campaigns(VISIT)
    return div(total(rows, "资源位点击"), total(rows, "资源位曝光"))


def faults(c):
    return count(c.of_campaigns(FAULT))


def cost_per_lead(c):
    return div(total([r for r in c.of_campaigns(FEE) if not selling(r)], "金额"), count(c.of_campaigns(LEAD)))


def qualified_share(c):
    return share(c.of_campaigns(LEAD), yes("有效"))


def campaign_spend(c):
    return total(c.of_campaigns(FEE), "金额")


def more_leads(c):
    return count(c.of_campaigns(LEAD), yes("有效"))


def report_on_time(c):
    return share(c.own(REPORT, owner), lambda r: r["交付日期"] and day(r["交付日期"]) <= day(r["应交日期"]))


def report_errors(c):
    return share(c.own(REPORT, owner), yes("被报差错"))


def adopted(c):
    return count(c.own(SUGGESTION, owner), lambda r: r["采纳"] == r["落地"] == "是")


def adhoc_time(c):
    waits = [moment(r["交付时间"]) - moment(r["提出时间"]) for r in c.own(REQUEST, owner) if r["交付时间"]]
    return mean([F(int(w.total_seconds())) for w in waits]) if waits else None


def actionable(c):
    return share(c.own(REPORT, owner), yes("含可执行建议"))


def pilots(c):
    return count(c.own(PILOT, owner))


def response(c):
    rows = c.own(RATING, lambda r: r["被评人"]) or []
    said = lambda kind: [F(r["响应速度"]) for r in rows if r["评价方"] == kind]
    by = {kind: mean(said(kind)) if len(said(kind)) >= least else None for kind, least in (("服务部门", 1), ("主要客户", 1), ("下属匿名", 3))}
    present = [(by[kind], pct(w)) for kind, w in (("服务部门", 50), ("主要客户", 30), ("下属匿名", 20)) if by[kind] is not None]
    return div(sum((mul(x, w) for x, w in present), ZERO), sum((w for _, w in present), ZERO))


# ---- targets and scoring


def met(op, a, t):
    return {"≥": a >= t, ">": a > t, "≤": a <= t, "=": a == t}[op]


def attained(op, a, t):
    if t == 0:
        return ONE if met(op, a, t) else ZERO
    if op == "=":
        return ONE if a == t else div(a, t) if a < t else div(t, a)
    if op == "≤":
        return CAP if a <= 0 else min(CAP, div(t, a))
    return max(ZERO, min(CAP, div(a, t)))


def margin_floor(c):
    return pct(20) if c.m < (2026, 4) else pct(22)


TARGETS = {
    new_users: ("≥", lambda c: mul(F(12, 10), new_users(c.past(12)))),
    cac: ("≤", lambda c: F(50)),
    paying_users: ("≥", lambda c: paying_users(c.past(1))),
    arpu: ("≥", lambda c: F(150)),
    sharers: ("≥", lambda c: pct(5)),
    invitees: ("≥", lambda c: F(10)),
    first_day: ("≥", lambda c: pct(60)),
    first_order: ("≥", lambda c: pct(15)),
    retention7: ("≥", lambda c: pct(40)),
    retention30: ("≥", lambda c: pct(30)),
    retention_gain: ("≥", lambda c: pct(130)),
    paying_gain: ("≥", lambda c: pct(125)),
    inventory_days: ("≤", lambda c: F(45 * 86400)),
    slow_movers: ("≤", lambda c: pct(10)),
    margin: ("≥", margin_floor),
    lead_share: ("≥", lambda c: pct(20)),
    turnover: ("≥", lambda c: F(6, 10)),
    sku_margin: ("≥", lambda c: pct(18)),
    key_share: ("≥", lambda c: pct(40)),
    storage_cost: ("≤", lambda c: mul(pct(85), storage_cost(c.past(3)))),
    margin_gain: ("≥", lambda c: pct(2)),
    campaign_roi: ("≥", lambda c: F(15, 10)),
    page_conversion: ("≥", lambda c: pct(8)),
    complaint_rate: ("≤", lambda c: F(6, 1000)),
    gmv: ("≥", lambda c: F(8000)),
    campaign_orders: ("≥", lambda c: F(25)),
    page_uv: ("≥", lambda c: F(800)),
    slot_clicks: ("≥", lambda c: pct(3)),
    faults: ("≤", lambda c: ONE),
    cost_per_lead: ("≤", lambda c: F(80)),
    qualified_share: ("≥", lambda c: pct(30)),
    campaign_spend: ("≤", lambda c: mul(pct(90), campaign_spend(c.past(3)))),
    more_leads: (">", lambda c: more_leads(c.past(3))),
    report_on_time: ("=", lambda c: ONE),
    report_errors: ("≤", lambda c: pct(2)),
    adopted: (">", lambda c: adopted(c.past(1))),
    adhoc_time: ("≤", lambda c: F(4 * 3600)),
    actionable: ("≥", lambda c: pct(30)),
    pilots: ("≥", lambda c: ONE),
    response: ("≥", lambda c: F(4)),
}


class Line:
    """An indicator on a card. `fraction` is what it earns of its weight, `counts` what it adds to the card's attainment."""

    def __init__(self, indicator, c):
        self.name = indicator.__name__
        op, target = TARGETS[indicator]
        self.actual, self.target = indicator(c), target(c)
        self.attainment = self.fraction = self.counts = self.gap = self.status = None
        if self.actual is None or self.target is None:
            self.status = "no_data"
            return
        self.attainment = attained(op, self.actual, self.target)
        self.status = "met" if met(op, self.actual, self.target) else "missed"
        if self.target != 0:
            self.gap = div((self.target - self.actual) if op == "≤" else (self.actual - self.target), self.target)
        self.fraction, self.counts = min(ONE, self.attainment), self.attainment
        if indicator is faults:
            self.fraction = self.counts = max(ZERO, ONE - F(1, 2) * max(ZERO, self.actual - 1))
        if indicator is response:
            self.fraction = self.counts = div(self.actual, F(5))


# ---- cards and rules

REWEIGHT = {"new_users"}
USER_WEIGHTS = {
    "导入期": {new_users: 30, cac: 25, first_day: 20, retention7: 15, response: 10},
    "成长期": {new_users: 25, cac: 20, first_order: 25, retention30: 20, response: 10},
    "成熟期": {retention30: 35, paying_users: 20, arpu: 25, sharers: 10, response: 10},
}
GOODS = {False: {inventory_days: 40, slow_movers: 25, margin: 35}, True: {inventory_days: 35, slow_movers: 20, margin: 30, lead_share: 15}}
RUN = {campaign_roi: 35, page_conversion: 25, complaint_rate: 20, gmv: 12, faults: 8}
ANALYSIS = {report_on_time: 30, report_errors: 25, adopted: 20, adhoc_time: 10, response: 15}
SALES = {campaign_roi: 60, page_conversion: 25, complaint_rate: 15}
BRAND = {cost_per_lead: 45, qualified_share: 35, complaint_rate: 20}
ROLES = {
    "用户运营": ("user_card", lambda c, row: USER_WEIGHTS[row["业务阶段"]], [invitees, retention_gain, paying_gain]),
    "商品运营": ("merch_card", lambda c, row: GOODS[c.m >= (2026, 4)], [turnover, sku_margin, key_share, storage_cost, margin_gain]),
    "活动运营": ("campaign_card", lambda c, row: RUN, [campaign_orders, page_uv, slot_clicks, campaign_spend, more_leads]),
    "数据运营": ("data_card", lambda c, row: ANALYSIS, [actionable, pilots]),
}


class Card:
    def __init__(self, scorecard, c, weights, watched=()):
        self.scorecard, self.cell, self.subject, self.m = scorecard, c, c.key, c.m
        self.lines = [(Line(i, c), pct(w)) for i, w in weights.items()]
        self.watched = [Line(i, c) for i in watched]
        self.left_out = {line.name for line, _ in self.lines if line.fraction is None and line.name in REWEIGHT}
        present = [(line, w) for line, w in self.lines if line.name not in self.left_out]
        self.present = sum((w for _, w in present), ZERO)
        self.complete = all(line.fraction is not None for line, _ in present)
        self.score = self.attainment = self.rank = None
        if self.complete:
            fraction = sum((mul(w, line.fraction) for line, w in present), ZERO)
            attainment = sum((mul(w, line.counts) for line, w in present), ZERO)
            if self.left_out:
                fraction, attainment = div(fraction, self.present), div(attainment, self.present)
            self.score, self.attainment = rounded(mul(fraction, F(100)), 2), rounded(attainment, 4)

    def as_json(self):
        lines = []
        for line, weight in self.lines:
            if self.left_out:
                weight = None if line.name in self.left_out else div(weight, self.present)
            score = None if weight is None or line.fraction is None else mul(mul(weight, line.fraction), F(100))
            lines.append(line_json(line, weight, score, line.status))
        lines += [line_json(line, None, None, "watched") for line in self.watched]
        return {
            "scorecard": self.scorecard, "subject": self.subject, "period": month_text(self.m),
            "status": "complete" if self.complete else "incomplete", "score": self.score, "attainment": self.attainment,
            "grade": None, "rank": self.rank, "vetoed": [], "lines": lines, "pay": {}, "total_pay": None, "rules": review(self),
        }


def line_json(line, weight, score, status):
    return {
        "indicator": line.name, "actual": line.actual, "target": line.target, "attainment": line.attainment,
        "weight": weight, "score": score, "status": status,
    }


@lru_cache(None)
def cards(m):
    """All cards of a month, ranked among those of their scorecard."""
    out = []
    for key in STAFF:
        c = Cell("staff", key, m)
        if c.there:
            row = terms(key, m)
            if row["岗位"] == "商品运营" and m < (2026, 1):
                continue  # its weights begin in 2026
            name, weights, watched = ROLES[row["岗位"]]
            out.append(Card(name, c, weights(c, row), watched))
    for run in RUNS[m]:
        c = Cell("campaign", run["活动编号"], m)
        out.append(Card("sales_campaign", c, SALES) if run["活动目标"] == "销售" else Card("brand_campaign", c, BRAND))
    for card in out:
        if card.complete:
            card.rank = 1 + sum(o.complete and o.scorecard == card.scorecard and o.score > card.score for o in out)
    return out


def outcome(holds):
    return "not_judged" if holds is None else "fired" if holds else "not_fired"


KEY = {i.__name__: i for i in (new_users, retention30, inventory_days, campaign_roi, report_on_time)}


def off(indicator, c):
    """Whether an indicator is a tenth or more off its target; none if that is not known."""
    gap = Line(indicator, c).gap if c.there else None
    return None if gap is None else gap <= pct(-10)


def review(card):
    """Each key line: off in this month and in the one before; not judged where that hangs in the air."""
    out = []
    for line, _ in card.lines:
        if line.name in KEY:
            months = off(KEY[line.name], card.cell), off(KEY[line.name], card.cell.past(1))
            out.append({"rule": "review", "indicator": line.name, "outcome": outcome(False if False in months else None if None in months else True)})
    return out


CHANNELS = [r["渠道编号"] for r in read_csv("渠道.csv", "gb18030")]


@lru_cache(None)
def against_mean(m):
    """Each channel's 30-day retention, and the mean of all channels."""
    own = {key: retention30(Cell("channel", key, m)) for key in CHANNELS}
    return own, mean([x for x in own.values() if x is not None])


def months_below(key, m):
    own, average = against_mean(m)
    return 1 + months_below(key, before(m)) if own[key] is not None and own[key] < average else 0


def rules(m):
    out = []
    for key in CHANNELS:
        own, average = against_mean(m)
        below = months_below(key, m)
        out.append(("channel_cut", key, below >= 2))
        out.append(("channel_raise", key, own[key] > average))
    roles = defaultdict(dict)
    for key in STAFF:
        if terms(key, m):
            roles[terms(key, m)["岗位"]][key] = response(Cell("staff", key, m))
    for marks in roles.values():
        most = max(len(marks) // 10, 1)
        for rule, side in (("sample_best", 1), ("sample_worst", -1)):
            ahead = lambda x: sum(side * o > side * x for o in marks.values())
            level = lambda x: sum(o == x for o in marks.values())
            # Ties stay together: they are in if all of them fit, or if they are the very best.
            out += [(rule, key, ahead(x) + level(x) <= most or ahead(x) == 0) for key, x in marks.items()]
    by_role = defaultdict(list)
    for r in RATING[m]:
        by_role[terms(r["被评人"], m)["岗位"]].append(r)
    for rows in by_role.values():
        values = [F(r["响应速度"]) for r in rows]
        middle = sum(values, ZERO) / len(values)
        # |x - mean| > 2 standard deviations of the sample, squared so that it stays exact.
        spread = sum((v - middle) ** 2 for v in values) / (len(values) - 1)
        out += [("rating_outlier", r["评分编号"], (F(r["响应速度"]) - middle) ** 2 > 4 * spread) for r in rows]
    return [{"rule": rule, "subject": key, "period": month_text(m), "outcome": outcome(holds)} for rule, key, holds in out]


def recompute():
    return {"cards": [card.as_json() for m in MONTHS for card in cards(m)], "rules": [r for m in MONTHS for r in rules(m)]}


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
    if isinstance(x, dict) and "from" in x:
        return [number(x["from"]), number(x["to"])]
    if isinstance(x, dict):
        x = x["value"]
    return None if x is None else plain(F(x))


NUMBERS = {"score", "attainment", "actual", "target", "weight", "progress", "total_pay"}


def differences(want, got, at):
    for key, value in want.items():
        if key in NUMBERS:
            found = number(got.get(key))
        else:
            found = got.get(key)
        place = f"{at} {key}"
        if key == "pay":
            found = {k: number(v) for k, v in (found or {}).items()}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            name = lambda v: v.get("indicator") or v.get("rule")
            found = {name(f): f for f in found or []}
            if sorted(found) != sorted(map(name, value)):
                yield f"{place}: has {sorted(found)}, not {sorted(map(name, value))}"
            for v in value:
                if name(v) in found:
                    yield from differences(v, found[name(v)], f"{place}[{name(v)}]")
        elif found != value:
            yield f"{place}: {found}, not {value}"


def compare(path):
    want = plain(recompute())
    got = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    where = lambda c: (c["scorecard"], c["subject"], c["period"], (c.get("stint") or {}).get("from"))
    found, wrong = {where(c): c for c in got["cards"]}, []
    for card in want["cards"]:
        at = where(card)
        other = found.pop(at, None)
        if other is None:
            wrong.append(f"{at}: no such card")
        else:
            wrong += differences(card, other, f"{card['scorecard']}[{card['subject']}, {card['period']}]")
    wrong += [f"{at}: a card too many" for at in found]
    key = lambda r: (r["rule"], r["subject"], r["period"])
    outcomes = {key(r): r["outcome"] for r in got["rules"]}
    wrong += [f"{key(r)}: {outcomes.get(key(r))}, not {r['outcome']}" for r in want["rules"] if outcomes.get(key(r)) != r["outcome"]]
    if len(outcomes) != len(want["rules"]):
        wrong.append(f"{len(outcomes)} rules besides those of cards, not {len(want['rules'])}")
    for line in wrong:
        print(line)
    print(f"{len(want['cards'])} cards compared, {len(wrong)} differences")
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
