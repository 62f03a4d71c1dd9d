#!/usr/bin/env python3
"""Recomputes every card of the Douyin team, independently of kpi: the standard library, exact fractions, its own readers.

    python3 expected.py                      prints JSON: the cards of 2026-01 to 2026-06 and the rules for people
    python3 expected.py --compare run.json   compares with what `kpi run --from 2026-01 --to 2026-06 --format json` wrote;
                                             prints each difference, exit code 1 if there is one

It shares no code with kpi or with generate.py and knows the policy by heart: whoever changes the policy changes this file too. Rounding
follows the language: sums are exact, a product or quotient keeps 12 digits, a score 2, an attainment 4, pay 2, half away from
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
CAP = F(150, 100)
ONE, ZERO = F(1), F(0)


# ---- numbers


def rounded(x, digits):
    """Half away from zero."""
    scaled = abs(x) * 10**digits
    whole = int(scaled + F(1, 2))
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
    return F(n, 100)


# ---- periods


def first_day(m):
    return date(m[0], m[1], 1)


def last_day(m):
    return date(m[0], m[1], calendar.monthrange(*m)[1])


def before(m, n=1):
    index = m[0] * 12 + m[1] - 1 - n
    return index // 12, index % 12 + 1


def month_of(day):
    return day.year, day.month


def weeks_of(m):
    """The Mondays of the weeks whose Thursday lies in the month."""
    monday = first_day(m) - timedelta(days=first_day(m).weekday())
    while monday <= last_day(m):
        if month_of(monday + timedelta(days=3)) == m:
            yield monday
        monday += timedelta(days=7)


def days_between(a, b):
    return [a + timedelta(days=i) for i in range((b - a).days + 1)]


def month_text(m):
    return f"{m[0]}-{m[1]:02}"


def week_text(monday):
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


# ---- readers


def read_csv(name):
    with open(EXPORTS / name, encoding="utf-8", newline="") as file:
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


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S") if text.count(":") == 2 else datetime.strptime(text, "%Y-%m-%d %H:%M")


def day(text):
    return date.fromisoformat(text)


def month(text):
    year, number = text.split("-")
    return int(year), int(number)


class Rows:
    """Rows of a table with their time: a day, or a whole month. Silence is an answer only where it is `sparse`."""

    def __init__(self, rows, when, sparse=False):
        self.by_month = defaultdict(list)
        for row in rows:
            time = row["at"] = when(row)
            row["month"] = time if isinstance(time, tuple) else month_of(time)
            self.by_month[row["month"]].append(row)
        self.sparse = sparse
        self.first = min(self.by_month)

    def available(self, m):
        return self.first <= m if self.sparse else m in self.by_month

    def between(self, start, end):
        """Those of days; rows of a whole month belong to every part of it."""
        found, m = [], month_of(start)
        while m <= month_of(end):
            found += [r for r in self.by_month.get(m, []) if isinstance(r["at"], tuple) or start <= r["at"] <= end]
            m = before(m, -1)
        return found


class Person:
    def __init__(self, row):
        self.key, self.role, self.team = row["工号"], row["岗位"], row["团队"]
        self.salary = F(row["月薪"])
        self.start, self.end = day(row["生效日期"]), day(row["截止日期"]) if row["截止日期"] else date(9999, 12, 31)

    def terms(self):
        return self.role, self.team, self.salary


STAFF = defaultdict(list)
for _row in read_csv("员工花名册.csv"):
    STAFF[_row["工号"]].append(Person(_row))
STAGE = {(r["团队编号"], month(r["月份"])): r["阶段"] for r in read_csv("团队.csv")}
LIVE_ROWS, VIDEO_ROWS = read_csv("直播场次.csv"), read_csv("短视频.csv")
LIVE_BY_KEY = {r["场次号"]: r for r in LIVE_ROWS}
VIDEO_BY_KEY = {r["视频号"]: r for r in VIDEO_ROWS}
SELECTOR = {r["商品编号"]: r["选品负责人"] for r in read_csv("商品.csv")}
SHOP = {r["店铺编号"]: r for r in read_csv("店铺.csv")}
PARTNER = {r["达人编号"]: r["商务"] for r in read_csv("达人.csv")}

LIVE = Rows(LIVE_ROWS, lambda r: moment(r["开播时间"]).date())
PROCESS = Rows(read_csv("流程节点.csv"), lambda r: moment(r["时间"]).date())
FAULT = Rows(read_csv("直播故障.csv"), lambda r: moment(r["发生时间"]).date(), sparse=True)
RECORD = Rows(read_csv("数据记录.csv"), lambda r: day(r["日期"]))
VIDEO = Rows(VIDEO_ROWS, lambda r: moment(r["发布时间"]).date())
COMMENT = Rows(read_csv("视频评论.csv"), lambda r: moment(r["评论时间"]).date())
SCRIPT = Rows(read_csv("脚本.csv"), lambda r: day(r["提交日期"]))
ORDERS = Rows(read_csv("订单.csv"), lambda r: moment(r["下单时间"]).date())
STOCK = Rows(read_csv("库存.csv"), lambda r: day(r["日期"]))
EXPOSURE = Rows(read_csv("商品曝光.csv"), lambda r: month(r["月份"]))
DSR = Rows(read_csv("店铺评分.csv"), lambda r: day(r["日期"]))
CAMPAIGN = Rows(read_csv("平台活动.csv"), lambda r: day(r["日期"]))
AD = Rows(read_csv("广告投放.csv"), lambda r: day(r["日期"]))
CHAT = Rows(read_csv("售前会话.csv"), lambda r: moment(r["咨询时间"]).date())
AFTERSALE = Rows(read_csv("售后工单.csv"), lambda r: moment(r["申请时间"]).date())
DEAL = Rows(read_csv("达人合作.csv"), lambda r: day(r["日期"]))
VIOLATION = Rows(read_csv("违规记录.csv"), lambda r: day(r["日期"]), sparse=True)
PLAN = Rows(read_sheet("月度计划.xlsx", "主播计划"), lambda r: month_of(r["月份"]))
AD_PLAN = Rows(read_sheet("月度计划.xlsx", "投放计划"), lambda r: month_of(r["月份"]))
INDUSTRY = Rows(read_sheet("月度计划.xlsx", "行业均值"), lambda r: month_of(r["月份"]))


@lru_cache(None)
def terms(key, start, end):
    """What the roster says of a person on his last day within the days, or None."""
    valid = [p for p in STAFF[key] if p.start <= end and p.end >= start]
    return max(valid, key=lambda p: min(p.end, end)) if valid else None


class Cell:
    """A person or team on some days of a month."""

    def __init__(self, key, m, start=None, end=None):
        self.key, self.m = key, m
        self.start, self.end = start or first_day(m), end or last_day(m)

    def whole(self, m=None):
        return Cell(self.key, m or self.m)

    @property
    def person(self):
        return terms(self.key, self.start, self.end)

    @property
    def stage(self):
        """That of the team in the month of the last day."""
        return STAGE[self.person.team, month_of(self.end)]

    @property
    def there(self):
        return self.person is not None

    def part(self, start, end):
        """Other days, of which the month says whether there are data."""
        return Cell(self.key, self.m, start, end)

    def weeks(self):
        """The whole weeks whose Thursday is one of the days."""
        for monday in weeks_of(self.m):
            if self.start <= monday + timedelta(days=3) <= self.end:
                yield self.part(monday, monday + timedelta(days=6))

    def days(self):
        return [self.part(day, day) for day in days_between(self.start, self.end)]

    def rows(self, table, owner):
        """The rows of the days that belong to the person by this column or way; None where the table says nothing of the month."""
        if not table.available(self.m) or self.person is None:
            return None
        way = owner if callable(owner) else lambda r: r[owner]
        return [r for r in table.between(self.start, self.end) if way(r) == self.key]


def floor(r):
    return LIVE_BY_KEY[r["场次号"]]["场控"]


def performer(r):
    return VIDEO_BY_KEY[r["视频号"]]["演员"]


def selector(r):
    return SELECTOR[r["商品"]]


def operator(r):
    return SHOP[r["店铺"]]["运营"]


def partner(r):
    return PARTNER[r["达人"]] if r["达人"] else ""


def shop_team(r):
    return SHOP[r["店铺"]]["团队"]


def team_via(way, m):
    """The team of the person that a row leads to, as of the month."""

    def team(r):
        person = terms(way(r) if callable(way) else r[way], first_day(m), last_day(m))
        return person.team if person else None

    return team


def total(rows, column):
    return None if rows is None else sum((F(r[column]) for r in rows), ZERO)


def share(rows, holds):
    """The share of the rows for which it holds."""
    return None if rows is None else div(F(sum(map(bool, map(holds, rows)))), F(len(rows)))


def yes(column):
    return lambda r: r[column] == "是"


def seconds(rows, start, end):
    """The mean time between two columns."""
    if not rows:
        return None
    apart = [moment(r[end]) - moment(r[start]) for r in rows]
    return mean([F(d.days * 86400 + d.seconds) for d in apart])


def distinct(rows, column):
    return None if rows is None else F(len({r[column] for r in rows}))


def ratio(rows, over, under):
    return None if rows is None else div(total(rows, over), total(rows, under))


def twice(groups):
    """The share of the groups, each a count of rows, that have two or more."""
    return None if groups is None else div(F(sum(n >= 2 for n in groups.values())), F(len(groups)))


def counted(rows, *columns):
    if rows is None:
        return None
    groups = defaultdict(int)
    for r in rows:
        groups[tuple(r[c] for c in columns)] += 1
    return groups


# ---- actuals


def gmv(cell):
    return total(cell.rows(LIVE, "主播"), "成交金额")


def interaction(cell):
    rows = cell.rows(LIVE, "主播")
    if rows is None:
        return None
    return div(sum((total(rows, c) for c in ("评论数", "点赞数", "新增关注", "分享数")), ZERO), total(rows, "观看人数"))


def output_speed(cell):
    speed = ratio(cell.rows(VIDEO, "剪辑"), "计划工时", "实际工时")
    return None if speed is None else min(ONE, speed)


@lru_cache(None)
def team_orders(team, m):
    if not ORDERS.available(m):
        return None
    return sum((F(r["成交金额"]) for r in ORDERS.by_month[m] if shop_team(r) == team), ZERO)


def own_share(cell):
    return div(total(cell.rows(ORDERS, selector), "成交金额"), team_orders(terms(cell.key, first_day(cell.m), last_day(cell.m)).team, cell.m))


def conversion(cell):
    return div(distinct(cell.rows(ORDERS, selector), "买家"), total(cell.rows(EXPOSURE, selector), "曝光人数"))


def turnover(cell):
    evenings = defaultdict(F)
    for r in cell.rows(STOCK, selector) or []:
        evenings[r["at"]] += F(r["库存金额"])
    return div(total(cell.rows(ORDERS, selector), "成本"), mean(list(evenings.values())) if evenings else None)


def dsr(cell):
    rows = cell.rows(DSR, operator)
    if not rows:
        return None
    return div(sum((div(total(rows, c), F(len(rows))) for c in ("描述相符", "服务态度", "物流服务")), ZERO), F(3))


def campaigns(cell):
    rows = cell.rows(CAMPAIGN, operator)
    return None if rows is None else share([r for r in rows if r["大促"] == "是"], yes("完成"))


def consulting(cell):
    rows = cell.rows(CHAT, "客服")
    return None if rows is None else div(distinct([r for r in rows if r["成交"] == "是"], "顾客"), distinct(rows, "顾客"))


def praise(cell):
    rows = cell.rows(AFTERSALE, "客服")
    return None if rows is None else div(distinct([r for r in rows if r["好评"] == "是"], "顾客"), distinct(rows, "顾客"))


def handling(cell, kind):
    rows = cell.rows(AFTERSALE, "客服")
    return None if rows is None else seconds([r for r in rows if r["类型"] == kind and r["解决时间"]], "申请时间", "解决时间")


def creator_roi(cell):
    deals = cell.rows(DEAL, partner)
    return None if deals is None else div(total(cell.rows(ORDERS, partner), "成交金额"), total(deals, "坑位费") + total(deals, "佣金"))


def lookup(cell, table, owner, column):
    rows = cell.rows(table, owner)
    return F(rows[0][column]) if rows else None


def industry(cell, column):
    return mean([F(r[column]) for r in INDUSTRY.by_month[cell.m]]) if INDUSTRY.available(cell.m) else None


def among(cell, actual):
    """The mean of the members of the same team and role, as of the month, each with his own value of the whole month."""
    own = terms(cell.key, first_day(cell.m), last_day(cell.m))
    values = []
    for key in sorted(STAFF):
        other = terms(key, first_day(cell.m), last_day(cell.m))
        if other and (other.team, other.role) == (own.team, own.role):
            value = actual(Cell(key, cell.m))
            if value is not None:
                values.append(value)
    return mean(values) if values else None


def past_mean(cell, actual):
    """The mean of the three months before: those with data; none if the person was not there last month."""
    if cell.whole(before(cell.m)).person is None:
        return None
    values = [actual(cell.whole(before(cell.m, n))) for n in (3, 2, 1)]
    values = [v for v in values if v is not None]
    return mean(values) if values else None


# ---- targets, attainment, scoring


class Goal:
    """`>=`, `<=`, or a band from `t` to `high`; `t` None is no data."""

    def __init__(self, op, t, high=None, slack=ZERO):
        self.op, self.t, self.high, self.slack = op, t, high, slack

    def met(self, a):
        if self.op == ">=":
            return a >= self.t - self.slack
        if self.op == "<=":
            return a <= self.t + self.slack
        return self.t <= a <= self.high

    def strictly(self, a):
        return Goal(self.op, self.t, self.high).met(a)

    def attainment(self, a):
        if self.t == 0:
            x = ONE if self.met(a) else ZERO
        elif self.op == ">=":
            x = div(a, self.t)
        elif self.op == "<=":
            x = CAP if a <= 0 else div(self.t, a)
        else:
            x = div(a, self.t) if a < self.t else div(self.high, a) if a > self.high else ONE
        return max(ZERO, min(x, CAP))


def at_least(t):
    return Goal(">=", t)


def at_most(t):
    return Goal("<=", t)


def by_stage(cell, *values):
    return values[["新手期", "发展期", "成熟期"].index(cell.stage)]


class Line:
    """A measured line: what the card and the output need of it."""

    def __init__(self, name, actual, goal, deduct=None, weekly=None, parts=None, track=None):
        self.name, self.actual, self.goal = name, actual, goal
        self.target = goal.t if goal else None
        self.weekly, self.parts, self.track = weekly, parts, track
        self.met = self.attainment = self.fraction = self.progress = None
        if goal and actual is not None and self.target is not None:
            self.met, self.attainment = goal.met(actual), goal.attainment(actual)
            if deduct:
                beyond = max(actual - self.target, ZERO)
                self.fraction = max(ONE - mul(F(beyond // deduct[1]), deduct[0]), ZERO)
            elif self.met and not goal.strictly(actual):
                self.fraction = ONE
            else:
                self.fraction = min(self.attainment, ONE)
            if self.target > 0:
                self.progress = div(actual, self.target)
        self.counts = self.fraction if deduct else self.attainment

    def set(self, attainment, met):
        self.attainment = self.counts = attainment
        self.met, self.fraction = met, None if attainment is None else min(attainment, ONE)
        return self

    def status(self):
        if self.attainment is None:
            return "no_data"
        return "met" if self.met else "missed"


def weekly(name, cell, actual, goal, roll):
    """Judged in each week that belongs to the cell's days, then rolled up; where nobody is there, or without data, left out."""
    shown = []
    for part in cell.weeks():
        a = actual(part)
        g = goal(part) if part.there else None
        known = a is not None
        shown.append({
            "period": week_text(part.start), "actual": a, "target": g.t if g else None,
            "attainment": g.attainment(a) if known else None, "met": g.met(a) if known else None,
        })
    line = Line(name, None, None, weekly=shown)
    weeks = [w for w in shown if w["actual"] is not None]
    if not weeks:
        return line
    if roll == "average":
        attainment = mean([w["attainment"] for w in weeks])
        return line.set(attainment, attainment >= 1)
    return line.set(div(F(sum(w["met"] for w in weeks)), F(len(weeks))), all(w["met"] for w in weeks))


def worst(name, parts):
    """Parts of one indicator: the lowest counts; one without data leaves the whole without."""
    line = Line(name, None, None, parts=parts)
    if any(p.attainment is None for p in parts):
        return line
    return line.set(min(p.attainment for p in parts), all(p.met for p in parts))


def tracked(cell, actual, line):
    """Weeks against a quarter of the target, days against a 24th."""
    out = [(week_text(part.start), actual(part), pct(25)) for part in cell.weeks()]
    out += [(part.start.isoformat(), actual(part), div(ONE, F(24))) for part in cell.days()]
    line.track = []
    for period, a, part in out:
        target = mul(line.target, part)
        progress = div(a, target) if a is not None and target is not None and target > 0 else None
        line.track.append({"period": period, "actual": a, "target": target, "progress": progress})
    return line


# ---- the cards of people: (line, weight, what a line without data does)


def host(c):
    plan = lookup(c, PLAN, "工号", "GMV目标")
    goals = (
        lambda: Goal(">=", plan, slack=ZERO if plan is None else mul(plan, pct(20))),
        lambda: at_least(plan),
        lambda: at_least(mul(pct(90), past_mean(c, gmv))),
    )
    late = c.m >= (2026, 4)
    lives = c.rows(LIVE, "主播")
    warned = c.rows(VIOLATION, "人员")
    return [
        (tracked(c, gmv, Line("gmv_attainment", gmv(c), by_stage(c, *goals)())), pct(60), "fail"),
        (Line("watch_time", ratio(lives, "观看总时长(秒)", "观看人数"), at_least(F(by_stage(c, 30, 45, 60)))), pct(10 if late else 15), "fail"),
        (Line("interaction", interaction(c), at_least(by_stage(c, pct(3), pct(5), pct(8)))), pct(20 if late else 15), "fail"),
        (Line("violations", None if warned is None else F(len(warned)), at_most(ONE), deduct=(pct(50), ONE)), pct(10), "fail"),
        (Line("new_followers", total(lives, "新增关注"), None), None, "fail"),
    ]


def floor_control(c):
    return [
        (Line("punctuality", share(c.rows(PROCESS, floor), yes("按时")), at_least(pct(95))), pct(40), "fail"),
        (Line("fault_time", seconds(c.rows(FAULT, floor), "发生时间", "恢复时间"), at_most(F(180))), pct(30), "full"),
        (Line("records", share(c.rows(RECORD, "场控"), yes("完整")), Goal("=", ONE, ONE)), pct(30), "fail"),
    ]


def hits(c):
    rows = c.rows(VIDEO, "策划")
    return None if rows is None else F(sum(int(r["播放量"]) >= by_stage(c, 50_000, 100_000, 100_000) for r in rows))


def planner(c):
    return [
        (weekly("hits", c, hits, lambda w: at_least(F(by_stage(w, 1, 2, 2))), "average"), pct(40), "fail"),
        (Line("script_pass", share(c.rows(SCRIPT, "策划"), yes("首次通过")), at_least(pct(80))), pct(30), "fail"),
        (Line("traffic", ratio(c.rows(VIDEO, "策划"), "引流点击", "播放量"), at_least(by_stage(c, pct(2), pct(3), pct(5)))), pct(30), "fail"),
    ]


def editor(c):
    cut = c.rows(VIDEO, "剪辑")
    return [
        (Line("output_speed", output_speed(c), at_least(ONE)), pct(40), "fail"),
        (Line("completion", ratio(cut, "3秒播放数", "播放量"), at_least(pct(50))), pct(30), "fail"),
        (Line("clean_videos", share(cut, lambda r: r["违规数"] == "0"), Goal("=", ONE, ONE)), pct(30), "fail"),
        (Line("full_views", ratio(cut, "完播数", "播放量"), None), None, "fail"),
    ]


def acting(c):
    shown = c.rows(VIDEO, "演员")
    return [
        (Line("persona", share(c.rows(COMMENT, performer), yes("符合人设")), at_least(pct(60))), pct(50), "fail"),
        (Line("retakes", None if shown is None else div(total(shown, "补拍次数"), F(len(shown))), at_most(F(3))), pct(50), "fail"),
    ]


def selection(c):
    return [
        (Line("own_share", own_share(c), at_least(pct(60))), pct(40), "fail"),
        (Line("selection_conversion", conversion(c), at_least(mul(pct(105), among(c, conversion)))), pct(30), "fail"),
        (Line("turnover", turnover(c), at_least(F(3))), pct(30), "fail"),
    ]


def shopkeeper(c):
    return [
        (Line("dsr_score", dsr(c), at_least(by_stage(c, F(45, 10), F(48, 10), F(48, 10)))), pct(30), "fail"),
        (Line("campaigns", campaigns(c), Goal("=", ONE, ONE)), pct(30), "reweight"),
        (Line("repurchase", twice(counted(c.rows(ORDERS, operator), "店铺", "买家")), at_least(by_stage(c, pct(5), pct(10), pct(15)))), pct(40), "fail"),
    ]


def roi(c):
    return ratio(c.rows(AD, "投手"), "成交金额", "消耗")


def buyer(c):
    ads = c.rows(AD, "投手")
    ctr = industry(c, "点击率")
    return [
        (Line("roi", roi(c), at_least(by_stage(c, F(12, 10), F(18, 10), F(25, 10)))), pct(50), "fail"),
        (Line("spend_band", div(total(ads, "消耗"), lookup(c, AD_PLAN, "工号", "计划消耗")), Goal("band", pct(90), pct(110))), pct(20), "fail"),
        (Line("click_rate", ratio(ads, "点击次数", "展示次数"), at_least(None if ctr is None else ctr + pct(1))), pct(15), "fail"),
        (Line("fan_cost", ratio(ads, "消耗", "新增粉丝"), at_most(industry(c, "获粉成本"))), pct(15), "fail"),
    ]


def presales(c):
    talks = c.rows(CHAT, "客服")
    return [
        (Line("reply", seconds(talks, "咨询时间", "首次回复"), at_most(F(30))), pct(30), "fail"),
        (Line("consult_conversion", consulting(c), at_least(mul(pct(110), among(c, consulting)))), pct(40), "fail"),
        (Line("one_contact", share(talks, yes("一次解决")), at_least(pct(90))), pct(30), "fail"),
    ]


def aftersales(c):
    parts = [Line("returns", handling(c, "退货"), at_most(F(24 * 3600))), Line("complaints", handling(c, "投诉"), at_most(F(12 * 3600)))]
    return [
        (Line("praise", praise(c), at_least(pct(95))), pct(40), "fail"),
        (worst("handling_time", parts), pct(30), "reweight"),
        (Line("disputes", share(c.rows(AFTERSALE, "客服"), yes("升级平台")), at_most(pct(1))), pct(30), "fail"),
    ]


def partnerships(c):
    team = terms(c.key, first_day(c.m), last_day(c.m)).team
    creators = div(total(c.rows(ORDERS, partner), "成交金额"), team_orders(team, c.m))
    w = by_stage(c, (0, 50, 50), (40, 30, 30), (40, 30, 30))
    return [
        (Line("creator_share", creators, at_least(by_stage(c, ZERO, pct(20), pct(30)))), pct(w[0]), "fail"),
        (Line("creator_roi", creator_roi(c), at_least(F(15, 10))), pct(w[1]), "fail"),
        (Line("creator_again", twice(counted(c.rows(DEAL, partner), "达人")), at_least(pct(40))), pct(w[2]), "fail"),
    ]


ROLES = {
    "主播": ("host_card", host), "场控": ("floor_card", floor_control), "策划": ("planner_card", planner),
    "拍摄剪辑": ("editor_card", editor), "演员": ("performer_card", acting), "选品": ("selector_card", selection),
    "店铺运营": ("shop_card", shopkeeper), "投手": ("buyer_card", buyer), "售前客服": ("presales_card", presales),
    "售后客服": ("aftersales_card", aftersales), "商务": ("partner_card", partnerships),
}


# ---- the card of a team


class TeamCell(Cell):
    @property
    def stage(self):
        return STAGE[self.key, month_of(self.end)]

    def whole(self, m=None):
        return TeamCell(self.key, m or self.m)

    def part(self, start, end):
        return TeamCell(self.key, self.m, start, end)

    @property
    def there(self):
        return True

    def rows(self, table, owner):
        """Rows of the days by the team of the person they lead to, as of these days."""
        if not table.available(self.m):
            return None
        if owner is shop_team:
            way = owner
        else:
            person = lambda r: terms(owner(r) if callable(owner) else r[owner], self.start, self.end)
            way = lambda r: (p := person(r)) and p.team
        return [r for r in table.between(self.start, self.end) if way(r) == self.key]


def live_host(r):
    return LIVE_BY_KEY[r["场次号"]]["主播"]


def customer_cost(c):
    return ratio(c.rows(VIDEO, "策划"), "投放花费", "带来新客")


def over_100k(c):
    rows = c.rows(VIDEO, "策划")
    return None if rows is None else F(sum(int(r["播放量"]) > 100_000 for r in rows))


def margin(c):
    sold, spent = c.rows(ORDERS, shop_team), c.rows(AD, "投手")
    if sold is None or spent is None:
        return None
    there = [p for ps in STAFF.values() for p in ps if p.start <= c.end <= p.end and p.team == c.key]
    amount = total(sold, "成交金额")
    return div(amount - total(sold, "成本") - total(spent, "消耗") - sum((p.salary for p in there), ZERO), amount)


def growth(c):
    now, then = gmv(c), gmv(c.whole(before(c.m)))
    quotient = div(now, then) if then is not None and then > 0 else None
    return None if quotient is None else quotient - 1


def team(c):
    if c.stage == "新手期":
        lives = c.rows(LIVE, "主播")
        return [
            (tracked(c, gmv, Line("team_gmv", gmv(c), at_least(F(100_000)))), pct(40), "fail"),
            (Line("team_punctuality", share(c.rows(PROCESS, live_host), yes("按时")), at_least(pct(90))), pct(30), "fail"),
            (Line("viewers_session", None if lives is None else div(total(lives, "观看人数"), F(len(lives))), at_least(F(5000))), pct(30), "fail"),
        ]
    if c.stage == "发展期":
        return [
            (Line("gmv_growth", growth(c), at_least(pct(30))), pct(40), "fail"),
            (Line("customer_cost", customer_cost(c), at_most(mul(pct(90), customer_cost(c.whole(before(c.m)))))), pct(30), "fail"),
            (weekly("weekly_hit", c, over_100k, lambda w: at_least(ONE), "share_met"), pct(30), "fail"),
        ]
    return [
        (Line("team_roi", ratio(c.rows(AD, "投手"), "成交金额", "消耗"), at_least(F(25, 10))), pct(40), "fail"),
        (Line("team_repurchase", twice(counted(c.rows(ORDERS, shop_team), "店铺", "买家")), at_least(pct(15))), pct(30), "fail"),
        (Line("profit_margin", margin(c), at_least(pct(20))), pct(30), "fail"),
    ]


# ---- cards, pay, rules


class Card:
    def __init__(self, scorecard, subject, m, lines, stint=None, vetoes=()):
        self.scorecard, self.subject, self.m, self.stint = scorecard, subject, m, stint
        self.lines = [entry for entry in lines if entry[1] != 0]
        self.rank = self.grade = self.pay = self.total = None
        self.vetoed = [name for name, holds in vetoes if holds]
        self.complete = all(holds is not None for _, holds in vetoes)
        marks, self.left_out = [], set()
        for line, weight, missing in self.lines:
            if weight is None:
                continue
            mark = None if line.fraction is None else (line.fraction, line.counts)
            if mark is None and missing == "full":
                mark = ONE, ONE
            if mark is None and missing == "reweight":
                self.left_out.add(line.name)
                continue
            if mark is None:
                self.complete = False
            marks.append((line.name, weight, mark))
        self.present = sum((w for _, w, _ in marks), ZERO)
        self.marks = {name: mark for name, _, mark in marks}
        self.score = self.attainment = None
        if self.complete:
            add = lambda i: sum((mul(w, mark[i]) for _, w, mark in marks), ZERO)
            fraction, attainment = (div(add(i), self.present) if self.left_out else add(i) for i in (0, 1))
            self.score, self.attainment = rounded(mul(fraction, F(100)), 2), rounded(attainment, 4)
            if self.vetoed:
                self.score = self.attainment = ZERO

    def as_json(self):
        lines = []
        for line, weight, _ in self.lines:
            mark = self.marks.get(line.name)
            if self.left_out and weight is not None:
                weight = None if line.name in self.left_out else div(weight, self.present)
            lines.append(line_json(line, weight, None if weight is None or mark is None else mul(mul(weight, mark[0]), F(100))))
        out = {
            "scorecard": self.scorecard, "subject": self.subject, "period": month_text(self.m),
            "status": "complete" if self.complete else "incomplete", "score": self.score, "attainment": self.attainment,
            "grade": self.grade, "rank": self.rank, "vetoed": self.vetoed, "lines": lines,
            "pay": self.pay or {}, "total_pay": self.total, "rules": getattr(self, "rules", []),
        }
        if self.stint:
            start, end = self.stint
            out["stint"] = {"from": start.isoformat(), "to": end.isoformat(), "days": (end - start).days + 1}
        return out


def line_json(line, weight, score):
    status = "watched" if weight is None and line.goal is None and line.weekly is None and line.parts is None else line.status()
    out = {"indicator": line.name, "actual": line.actual, "target": line.target, "attainment": line.attainment, "weight": weight, "score": score, "status": status}
    if line.goal and line.goal.op == "band":
        out["target"] = [line.goal.t, line.goal.high]
    if line.weekly is not None:
        out["periods"] = line.weekly
    if line.track is not None:
        out["track"], out["progress"] = line.track, line.progress
    if line.parts is not None:
        out["lines"] = [line_json(p, None, None) | {"status": p.status()} for p in line.parts]
    return out


def linear(x, points):
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return y0 + rounded((y1 - y0) * (x - x0) / (x1 - x0), 12)
    return points[-1][1]


PERFORMANCE = [(ZERO, pct(-30)), (pct(60), ZERO), (ONE, ONE), (pct(120), pct(150))]


def stints(key, m):
    """The longest runs of days of the month on which role, team and salary stay the same."""
    runs = []
    for p in sorted(STAFF[key], key=lambda p: p.start):
        start, end = max(p.start, first_day(m)), min(p.end, last_day(m))
        if start > end:
            continue
        if runs and runs[-1][0].terms() == p.terms() and runs[-1][2] + timedelta(days=1) == start:
            runs[-1][2] = end
        else:
            runs.append([p, start, end])
    return runs


@lru_cache(None)
def cards(m):
    """All cards of a month: by subject, then pay; ranks last."""
    out = []
    for key in sorted({t for t, _ in STAGE}):
        out.append(Card("team_card", key, m, team(TeamCell(key, m))))
    for key in sorted(STAFF):
        own = []
        for p, start, end in stints(key, m):
            name, lines = ROLES[p.role]
            cell = Cell(key, m, start, end)
            vetoes = []
            if name == "host_card":
                rows = cell.rows(VIOLATION, "人员")
                vetoes = [("severe", None if rows is None else any(r["等级"] == "严重" for r in rows))]
            card = Card(name, key, m, lines(cell), (start, end), vetoes)
            card.person = p
            own.append(card)
        all_days = sum((c.stint[1] - c.stint[0]).days + 1 for c in own)
        for card in own:
            pay(card, F(all_days))
        out += own
    by_card = defaultdict(list)
    for card in out:
        by_card[card.scorecard].append(card)
    for group in by_card.values():
        scores = [c.score for c in group if c.complete]
        for card in group:
            if card.complete:
                card.rank = 1 + sum(s > card.score for s in scores)
                if card.scorecard != "team_card":
                    card.grade = "优秀" if card.score >= 90 else "合格" if card.score >= 70 else "辅导"
    return out


def pay(card, all_days):
    if not card.complete:
        card.pay, card.total = {"base": None, "performance": None}, None
        return
    days, length = F((card.stint[1] - card.stint[0]).days + 1), F(last_day(card.m).day)
    salary = card.person.salary
    base = div(mul(salary, pct(70), ONE if card.attainment >= pct(80) else pct(60), days), length)
    performance = mul(salary, pct(30), linear(card.attainment, PERFORMANCE))
    performance = rounded(performance * days / all_days, 12)
    least = rounded(div(mul(pct(-9), salary, days), length), 2)
    card.pay = {"base": rounded(base, 2), "performance": rounded(performance, 2)}
    card.total = max(card.pay["base"], ZERO) + max(card.pay["performance"], least)


def transfer(card):
    """Below 60% in this month and in the one before; not judged where the month before hangs in the air."""
    if not card.complete:
        return "not_judged"
    if card.attainment >= pct(60):
        return "not_fired"
    past = [c for c in cards(before(card.m)) if (c.scorecard, c.subject) == (card.scorecard, card.subject)]
    if not past or not past[-1].complete:
        return "not_judged"
    return "fired" if past[-1].attainment < pct(60) else "not_fired"


def judged(value, limit):
    return "not_judged" if value is None else "fired" if value < limit else "not_fired"


def recompute():
    out, rules = [], []
    for m in MONTHS:
        for card in cards(m):
            if card.scorecard != "team_card":
                card.rules = [{"rule": "transfer", "outcome": transfer(card)}]
            out.append(card.as_json())
        for key in sorted(STAFF):
            person = terms(key, first_day(m), last_day(m))
            if person and person.role == "店铺运营":
                rules.append({"rule": "throttled", "subject": key, "period": month_text(m), "outcome": judged(dsr(Cell(key, m)), F(4))})
            if person and person.role == "投手":
                rules.append({"rule": "stop_spend", "subject": key, "period": month_text(m), "outcome": judged(roi(Cell(key, m)), ONE)})
    return {"cards": out, "rules": rules}


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
            name = "indicator" if key == "lines" else "rule" if key == "rules" else "period"
            found = {f[name]: f for f in found or []}
            if sorted(found) != sorted(v[name] for v in value):
                yield f"{place}: has {sorted(found)}, not {sorted(v[name] for v in value)}"
            for v in value:
                if v[name] in found:
                    yield from differences(v, found[v[name]], f"{place}[{v[name]}]")
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
        wrong.append(f"{len(outcomes)} rules for people, not {len(want['rules'])}")
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
