#!/usr/bin/env python3
"""Writes the exports of the example: what the back ends of four Douyin live teams would hold, October 2025 to June 2026.

    python3 generate.py             writes exports/ beside this file
    python3 generate.py --to DIR    writes them into DIR
    python3 generate.py --check     writes nothing; exit code 1 if exports/ differs from what would be written

The data are invented, and always the same: every number comes from one seeded generator. No column holds what a formula of the
policy computes: who bought twice, which creators were booked again, how fast stock turns come from order, deal and stock
rows. Nothing here knows the policy.

Planted on purpose (the README says what each of them shows; tests pin them):

    H24   joins as a host on 2026-03-16; P32 as a planner on Monday 2026-02-16
    Q42   leaves, last day 2026-04-15
    E22   editor until 2026-03-15, performer from 2026-03-16; a video that E22 edited is posted on 2026-03-18
    F31   moves from team T3 to T4 on 2026-04-13
    T4    start-up until 2026-03, growth from 2026-04; the week from 2026-04-27 to 2026-05-03 crosses months
    2026-05   no fault in any live session; F11 has none in 2026-02 either
    H33   a severe violation in 2026-02
    H12   has no plan row for 2026-03; H41 has a plan of 0 for 2026-02
    E11   far below standard in 2026-02 and 2026-03; E41 in 2025-12 and 2026-01; R11 in 2026-01, with no month before
    2026-02   no big platform campaign
    R21   no complaint in 2026-04
    D41   shop ratings under 4.0 in 2026-02; B11 spends more than it brings in 2026-03
    V*    one video has exactly 100,000 plays: a hit of its planner, not "over 100k" for the team
"""

import argparse
import csv
import io
import pathlib
import random
import sys
import zipfile
from datetime import date, datetime, timedelta
from xml.sax.saxutils import escape

EXPORTS = pathlib.Path(__file__).parent / "exports"
SEED = 20260701
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
HISTORY = [(2025, 10), (2025, 11), (2025, 12)]
MONTHS = [(2026, m) for m in range(1, 7)]
STAGES = ["新手期", "发展期", "成熟期"]
TEAMS = {"T1": "晨星", "T2": "启航", "T3": "鼎盛", "T4": "青禾"}
ROLES = {
    "H": "主播", "F": "场控", "P": "策划", "E": "拍摄剪辑", "A": "演员", "X": "选品",
    "D": "店铺运营", "B": "投手", "Q": "售前客服", "R": "售后客服", "C": "商务",
}
SALARY = {"H": 9000, "F": 7000, "P": 8500, "E": 7500, "A": 7000, "X": 8000, "D": 8000, "B": 9000, "Q": 5500, "R": 5500, "C": 8500}
PER_TEAM = {"H": 3, "F": 1, "P": 1, "E": 1, "A": 1, "X": 2, "D": 1, "B": 1, "Q": 2, "R": 1, "C": 1}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
GIVEN = "安宁远航思齐若水明轩雨桐子墨欣怡浩然一诺佳音天佑书瑶景行语嫣知行可心乐天"

random_source = random.Random(SEED)
rnd = random_source.random


def between(low, high):
    return low + (high - low) * rnd()


def whole(low, high):
    """A whole number from low to high, both included."""
    return low + int(rnd() * (high - low + 1))


def chance(p):
    return rnd() < p


def pick(items):
    return items[int(rnd() * len(items))]


def near(x, spread):
    return x * between(1 - spread, 1 + spread)


def yuan(x):
    return f"{round(x * 100) / 100:.2f}"


def days_of(year, month):
    day = date(year, month, 1)
    while day.month == month:
        yield day
        day += timedelta(days=1)


def month_text(ym):
    return f"{ym[0]}-{ym[1]:02}"


def moment(day, hour, minute, second=0):
    return datetime(day.year, day.month, day.day, hour, minute, second)


def at(when):
    return when.strftime("%Y-%m-%d %H:%M:%S")


def yes(truth):
    return "是" if truth else "否"


class Numbers:
    """Running numbers with a prefix."""

    def __init__(self, prefix, digits):
        self.prefix, self.digits, self.n = prefix, digits, 0

    def __call__(self):
        self.n += 1
        return f"{self.prefix}{self.n:0{self.digits}}"


# ---- people and teams


def stage(team, ym):
    """0 start-up, 1 growth, 2 mature."""
    if team == "T4":
        return 0 if ym < (2026, 4) else 1
    return {"T1": 0, "T2": 1, "T3": 2}[team]


def roster():
    """Rows of the roster: id, name, role letter, team, salary, first day, last day or None."""
    rows, n = [], 0

    def name():
        nonlocal n
        n += 1
        first = (n * 7) % (len(GIVEN) - 1)
        return SURNAMES[n % len(SURNAMES)] + GIVEN[first : first + (1 if n % 3 == 0 else 2)]

    for team in TEAMS:
        for role, many in PER_TEAM.items():
            for i in range(1, many + 1):
                salary = SALARY[role] + 500 * ((n * 3) % 5) + (1000 if team == "T3" else 0)
                start = date(2024, 1 + (n * 5) % 12, 1)
                rows.append([f"{role}{team[1]}{i}", name(), role, team, salary, start, None])
    index = {r[0]: r for r in rows}
    index["Q42"][6] = date(2026, 4, 15)
    rows.append(["H24", name(), "H", "T2", 9500, date(2026, 3, 16), None])
    rows.append(["P32", name(), "P", "T3", 9800, date(2026, 2, 16), None])
    rows.append(["F32", name(), "F", "T3", 8200, date(2025, 3, 1), None])
    who = name()
    rows.append(["E22", who, "E", "T2", 8000, date(2024, 6, 1), date(2026, 3, 15)])
    rows.append(["E22", who, "A", "T2", 8600, date(2026, 3, 16), None])
    moved = index["F31"]
    moved[6] = date(2026, 4, 12)
    rows.append([*moved[:3], "T4", moved[4], date(2026, 4, 13), None])
    # A raise from the first of a month on.
    raised = index["B21"]
    raised[6] = date(2026, 3, 31)
    rows.append([*raised[:4], raised[4] + 800, date(2026, 4, 1), None])
    return sorted(rows, key=lambda r: (r[3], list(ROLES).index(r[2]), r[0], r[5]))


def working(people, role, team, day):
    return [p[0] for p in people if p[2] == role and p[3] == team and p[5] <= day and (p[6] is None or day <= p[6])]


# ---- live sessions, their steps and faults, records

GMV = {  # what one host sells in a month, from 2025-10 on
    "T1": [45, 46, 48, 52, 47, 55, 58, 50, 61],
    "T2": [62, 66, 72, 78, 104, 112, 118, 158, 171],
    "T3": [205, 214, 221, 216, 232, 224, 205, 238, 246],
    "T4": [38, 41, 44, 48, 51, 55, 76, 84, 112],
}
VIEWERS = {"T1": [5100, 5300, 4700, 5600, 5200, 5800], "T2": [7000] * 6, "T3": [11000] * 6, "T4": [4600, 5200, 5400, 6400, 6600, 7100]}


def live_sessions(people):
    rows, number = [], Numbers("L", 5)
    for i, ym in enumerate(HISTORY + MONTHS):
        days = list(days_of(*ym))
        for team in TEAMS:
            s = stage(team, ym)
            for host in sorted({p[0] for p in people if p[2] == "H" and p[3] == team}):
                here = [d for d in days if host in working(people, "H", team, d)]
                if not here:
                    continue
                sessions = max(3, round(len(here) * 20 / 30))
                skill = {1: 1.08, 2: 0.97, 3: 0.92, 4: 1.0}[int(host[2])]
                level = GMV[team][i] * 1000 * near(skill, 0.05) / 20
                for k in range(sessions):
                    day = here[k * len(here) // sessions]
                    started = moment(day, pick([10, 14, 19, 20]), pick([0, 30]))
                    crowd = VIEWERS[team][i - 3] if i >= 3 else VIEWERS[team][0]
                    viewers = int(near(crowd, 0.25))
                    stay = near([31, 46.5, 61][s] * (1.04 if host[2] == "1" else 0.97), 0.08)
                    stir = [0.033, 0.052, 0.083][s] * (1.06 if host[2] != "3" else 0.93)
                    actions = near(viewers * stir, 0.12)
                    floor = pick(working(people, "F", team, day))
                    rows.append([
                        number(), host, floor, at(started), yuan(near(level, 0.35)), int(viewers * stay), viewers,
                        int(actions * 0.35), int(actions * 0.45), int(actions * 0.14), int(actions * 0.06),
                    ])
    return rows


def process_steps(lives):
    rows, number = [], Numbers("N", 6)
    for live in lives:
        when = datetime.fromisoformat(live[3])
        if when.date() < FIRST:
            continue
        rate = {"F11": 0.93, "F21": 0.97, "F31": 0.985, "F32": 0.96, "F41": 0.94}[live[2]]
        for name, minutes in [("开场", 0), ("主推款", 25), ("福利款", 55), ("返场", 90)]:
            rows.append([number(), live[0], name, at(when + timedelta(minutes=minutes)), yes(chance(rate))])
    return rows


def faults(lives):
    rows, number = [], Numbers("G", 4)
    for live in lives:
        when = datetime.fromisoformat(live[3])
        if when.date() < FIRST or when.month == 5 or (live[2] == "F11" and when.month == 2):
            continue
        if chance(0.12):
            began = when + timedelta(minutes=whole(3, 100), seconds=whole(0, 59))
            slow = {"F11": 200, "F21": 150, "F31": 140, "F32": 170, "F41": 190}[live[2]]
            rows.append([number(), live[0], pick(["断流", "黑屏", "音画不同步", "链接失效"]), at(began), at(began + timedelta(seconds=int(near(slow, 0.6))))])
    return rows


def records(people):
    rows, number = [], Numbers("J", 5)
    for ym in MONTHS:
        for day in days_of(*ym):
            for person in people:
                if person[2] == "F" and person[5] <= day and (person[6] is None or day <= person[6]) and day.weekday() < 5:
                    always = person[0] in ("F21", "F31") or (person[0] == "F11" and ym == (2026, 2))
                    rows.append([number(), person[0], day, pick(["场次数据", "话术表", "违规排查"]), yes(always or chance(0.95))])
    return rows


# ---- videos, comments, scripts


def videos(people):
    rows, number = [], Numbers("V", 4)
    monday = date(2025, 12, 1)
    exact = False
    while monday <= LAST:
        for team in TEAMS:
            for planner in sorted({p[0] for p in people if p[2] == "P" and p[3] == team}):
                days = [monday + timedelta(days=i) for i in range(7)]
                days = [d for d in days if d <= LAST and planner in working(people, "P", team, d)]
                if not days:
                    continue
                s = stage(team, (monday.year, monday.month))
                hits = pick([[0, 1, 1, 1, 2], [0, 1, 2, 2, 3], [1, 2, 2, 2, 3]][s])
                many = hits + whole(2, 3) if len(days) == 7 else min(len(days), hits + 1)
                for k in range(many):
                    day = pick(days)
                    plays = whole(100_001, 320_000) if k < hits else whole(9_000, 92_000)
                    if k < hits and not exact and planner == "P21" and day >= date(2026, 2, 1):
                        plays, exact = 100_000, True
                    rows.append(video(people, number(), planner, team, day, plays, s))
        monday += timedelta(days=7)
    # Edited before E22 became a performer, posted after.
    rows.append(video(people, number(), "P21", "T2", date(2026, 3, 18), 54_321, 1, editor="E22"))
    return sorted(rows, key=lambda r: (r[4], r[0]))


def video(people, key, planner, team, day, plays, s, editor=None):
    editor = editor or pick(working(people, "E", team, day))
    performer = pick(working(people, "A", team, day))
    month = (day.year, day.month)
    slack = (editor == "E11" and month in ((2026, 2), (2026, 3))) or (editor == "E41" and month in ((2025, 12), (2026, 1)))
    planned = whole(4, 12)
    actual = near(planned * (2.6 if slack else [1.04, 1.0, 0.93][s]), 0.1)
    seen = 0.21 if slack else near([0.50, 0.53, 0.56][s], 0.12)
    past = int(plays * seen)
    spend = near([400, 520, 700][s], 0.3)
    # Customers get dearer and cheaper by turns, so that "10% below last month" is met in some months.
    dear = {12: 52, 1: 50, 2: 43, 3: 46, 4: 40, 5: 35, 6: 36}[day.month]
    return [
        key, planner, editor, performer, at(moment(day, whole(9, 21), whole(0, 59))), plays, int(past * near(0.45, 0.15)), past,
        int(plays * near([0.021, 0.0315, 0.052][s], 0.3)), whole(0, 5) if performer != "A31" else whole(0, 3), planned, f"{actual:.1f}",
        whole(1, 2) if chance(0.55 if slack else 0.03) else 0, yuan(spend), max(1, round(near(spend / dear, 0.1))),
    ]


def comments(shown):
    rows, number = [], Numbers("M", 5)
    for v in shown:
        for _ in range(whole(2, 4)):
            when = datetime.fromisoformat(v[4]) + timedelta(hours=whole(1, 160), minutes=whole(0, 59))
            if FIRST <= when.date() <= LAST:
                fit = {"A11": 0.58, "A21": 0.66, "A31": 0.72, "A41": 0.55, "E22": 0.63}[v[3]]
                rows.append([number(), v[0], at(when), yes(chance(fit))])
    return sorted(rows, key=lambda r: (r[2], r[0]))


def scripts(people):
    rows, number = [], Numbers("K", 4)
    for ym in MONTHS:
        for day in days_of(*ym):
            for person in people:
                if person[2] == "P" and person[5] <= day and day.weekday() in (0, 2, 4):
                    rate = {"P11": 0.76, "P21": 0.84, "P31": 0.9, "P32": 0.82, "P41": 0.8}[person[0]]
                    rows.append([number(), person[0], day, yes(chance(rate))])
    return rows


# ---- products, orders, stock, shop


def products():
    """id, name, selector or none, price; one product in each team belongs to the house."""
    rows, number = [], Numbers("G", 3)
    kinds = ["精华液", "防晒霜", "洁面乳", "面膜礼盒", "香氛", "唇釉", "气垫", "护发精油", "身体乳", "眼霜", "家用美容仪"]
    for team in TEAMS:
        s = {"T1": 0, "T2": 1, "T3": 2, "T4": 0}[team]
        for i in range(11):
            selector = f"X{team[1]}1" if i < 6 else f"X{team[1]}2" if i < 10 else ""
            rows.append([number(), f"{TEAMS[team]}{kinds[i]}", selector, team, near([520, 760, 1150][s], 0.5)])
    return rows


ORDERS = {"T1": [285, 265, 300, 310, 280, 330], "T2": [330, 380, 400, 410, 520, 545], "T3": [640, 660, 650, 590, 690, 700], "T4": [260, 270, 290, 360, 385, 450]}


def orders(goods, creators):
    rows, number = [], Numbers("D", 6)
    pool = 0
    for i, ym in enumerate(MONTHS):
        days = list(days_of(*ym))
        for team in TEAMS:
            s = stage(team, ym)
            own = [g for g in goods if g[3] == team]
            bought = []
            for _ in range(ORDERS[team][i]):
                again = bought and chance([0.055, 0.10, 0.15][s] * near(1, 0.1))
                if again:
                    buyer = pick(bought)
                else:
                    pool += 1
                    buyer = f"U{(pool * 7919) % 100_003:06}"
                    bought.append(buyer)
                x = rnd()
                product = pick(own[:6]) if x < 0.60 else pick(own[6:10]) if x < 0.93 else own[10]
                creator = pick(creators[team])[0] if chance([0.12, 0.23, 0.33][s]) else ""
                amount = near(product[4], 0.15)
                when = moment(pick(days), whole(8, 23), whole(0, 59), whole(0, 59))
                rows.append([number(), at(when), f"S{team[1]}", buyer, product[0], creator, yuan(amount), yuan(amount * between(0.36, 0.44))])
    return sorted(rows, key=lambda r: (r[1], r[0]))


def stock(goods, sold):
    """The value of each product's stock on every evening, at cost."""
    monthly = {}
    for o in sold:
        monthly[o[4], o[1][:7]] = monthly.get((o[4], o[1][:7]), 0) + float(o[7])
    rows = []
    for ym in MONTHS:
        for day in days_of(*ym):
            for g in goods:
                turns = {"X11": 2.7, "X12": 3.3, "X21": 3.2, "X22": 2.9, "X31": 3.6, "X32": 3.1, "X41": 2.8, "X42": 3.4, "": 3.0}[g[2]]
                rows.append([day, g[0], yuan(near(monthly.get((g[0], month_text(ym)), 900) / turns, 0.2))])
    return rows


def exposures(goods, sold):
    rows = []
    for ym in MONTHS:
        for g in goods:
            buyers = len({o[3] for o in sold if o[4] == g[0] and o[1][:7] == month_text(ym)})
            rate = {"1": 0.031, "2": 0.028}.get(g[2][2:], 0.026)
            rows.append([month_text(ym), g[0], max(40, int(near(buyers / rate, 0.15)))])
    return rows


def ratings():
    rows = []
    for ym in MONTHS:
        for day in days_of(*ym):
            for team in TEAMS:
                base = {"T1": 4.56, "T2": 4.79, "T3": 4.84, "T4": 4.62 if ym < (2026, 4) else 4.81}[team]
                if team == "T4" and ym == (2026, 2):
                    base = 3.93
                rows.append([day, f"S{team[1]}", *(f"{min(5, near(base, 0.012)):.2f}" for _ in range(3))])
    return rows


def campaigns():
    rows, number = [], Numbers("Y", 3)
    big = {(2026, 1): ["年货节"], (2026, 3): ["38节", "春上新"], (2026, 4): ["宠粉节"], (2026, 5): ["520礼遇季"], (2026, 6): ["618预售", "618正式"]}
    for ym in MONTHS:
        for team in TEAMS:
            for k, name in enumerate(big.get(ym, []) + ["超值购", "品类日"]):
                large = name in big.get(ym, [])
                done = not (team == "T1" and name in ("春上新", "618正式")) if large else chance(0.8)
                rows.append([number(), f"S{team[1]}", date(*ym, 5 + 6 * k), name, yes(large), yes(done)])
    return rows


# ---- media buying

SPEND = {"T1": 700, "T2": 1300, "T3": 3400, "T4": 620}


def ads(people):
    rows, monthly = [], {}
    for ym in MONTHS:
        for day in days_of(*ym):
            for team in TEAMS:
                buyer = working(people, "B", team, day)[0]
                s = stage(team, ym)
                spend = float(yuan(near(SPEND[team] * (1.9 if team == "T4" and s else 1), 0.2)))
                roi = [1.28, 1.86, 2.56][s] * (0.72 if (buyer, ym) == ("B11", (2026, 3)) else 1)
                impressions = int(near(spend * 28, 0.1))
                clicks = int(impressions * near([0.0585, 0.0612, 0.0635][s], 0.1))
                rows.append([day, buyer, yuan(spend), yuan(spend * near(roi, 0.2)), impressions, clicks, max(1, int(near(spend / [1.03, 0.97, 0.92][s], 0.12)))])
                monthly[buyer, ym] = monthly.get((buyer, ym), 0) + spend
    return rows, monthly


# ---- service desks


def chats(people):
    rows, number = [], Numbers("T", 5)
    for ym in MONTHS:
        for day in days_of(*ym):
            for person in people:
                if person[2] != "Q" or not (person[5] <= day and (person[6] is None or day <= person[6])):
                    continue
                for _ in range(whole(0, 3)):
                    first = person[0][2] == "1"
                    asked = moment(day, whole(9, 22), whole(0, 59), whole(0, 59))
                    wait = int(near(26 if first else 31, 0.7))
                    bought = chance(0.40 if first else 0.31)
                    solved = chance(0.93 if person[0] != "Q12" else 0.85)
                    rows.append([number(), person[0], f"W{whole(1, 90):03}{ym[1]}", at(asked), at(asked + timedelta(seconds=wait)), yes(bought), yes(solved)])
    return rows


def aftersales(people):
    rows, number = [], Numbers("A", 5)
    for ym in MONTHS:
        for day in days_of(*ym):
            for person in people:
                if person[2] != "R":
                    continue
                for _ in range(whole(0, 3)):
                    bad = person[0] == "R11" and ym == (2026, 1)
                    complaint = chance(0.3) and not (person[0] == "R21" and ym == (2026, 4))
                    opened = moment(day, whole(8, 22), whole(0, 59))
                    hours = near(10.5 if complaint else 20, 0.7) * (4 if bad else 1)
                    closed = opened + timedelta(minutes=int(hours * 60))
                    done = closed.date() <= LAST
                    good = chance(0.42 if bad else 0.955)
                    up = chance(0.3 if bad else 0.012)
                    rows.append([number(), person[0], f"Z{whole(1, 400):03}{ym[1]}", "投诉" if complaint else "退货", at(opened), at(closed) if done else "", yes(good), yes(up)])
    return rows


def creators_and_deals(people):
    rows, by_team, number = [], {}, Numbers("K", 3)
    for team in TEAMS:
        for i in range(8):
            rows.append([number(), f"{pick(['小', '阿', '大'])}{GIVEN[(i * 5 + int(team[1]) * 3) % len(GIVEN)]}{pick(['严选', '日记', '好物', '测评'])}", f"C{team[1]}1"])
        by_team[team] = rows[-8:]
    deals, number = [], Numbers("B", 4)
    for ym in MONTHS:
        days = list(days_of(*ym))
        for team in TEAMS:
            s = stage(team, ym)
            taken = by_team[team][: 5 + s]
            for i, creator in enumerate(taken):
                for _ in range(2 if chance([0.36, 0.42, 0.5][s]) else 1):
                    fee = near([900, 3600, 11000][s], 0.3)
                    deals.append([number(), creator[0], pick(days), yuan(fee), yuan(fee * between(0.3, 0.6))])
    return rows, by_team, sorted(deals, key=lambda r: (r[2], r[0]))


def violations():
    rows, number = [], Numbers("Z", 3)
    fixed = [
        ("H11", date(2026, 1, 9), "轻微"), ("H13", date(2026, 1, 12), "轻微"), ("H13", date(2026, 1, 25), "轻微"),
        ("H33", date(2026, 2, 11), "严重"), ("H21", date(2026, 2, 3), "轻微"), ("H21", date(2026, 2, 14), "轻微"), ("H21", date(2026, 2, 27), "轻微"),
        ("H42", date(2026, 3, 8), "轻微"), ("H24", date(2026, 3, 20), "轻微"), ("H12", date(2026, 4, 2), "轻微"), ("H12", date(2026, 4, 30), "轻微"),
        ("H31", date(2026, 5, 17), "轻微"), ("H43", date(2026, 5, 31), "轻微"), ("H43", date(2026, 5, 1), "轻微"), ("H22", date(2026, 6, 6), "轻微"),
    ]
    for who, day, level in fixed:
        rows.append([number(), who, day, level])
    return rows


# ---- the workbook


def plans(people):
    """GMV targets of the hosts: set by the business from the month's level, in whole hundreds."""
    rows = []
    for i, ym in enumerate(MONTHS):
        days = list(days_of(*ym))
        for person in people:
            if person[2] != "H" or person[5] > days[-1]:
                continue
            here = sum(person[5] <= d for d in days)
            level = 50_000 if person[3] == "T1" else GMV[person[3]][i + 3] * 1000 * 0.98
            amount = round(level * here / len(days) / 100) * 100
            if (person[0], ym) == ("H12", (2026, 3)):
                continue
            if (person[0], ym) == ("H41", (2026, 2)):
                amount = 0
            rows.append([person[0], date(*ym, 1), amount])
    return rows


TEXT, DATE, MONEY, PERCENT = 0, 1, 2, 3
STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm"/><numFmt numFmtId="165" formatCode="&quot;¥&quot;#,##0.00"/></numFmts>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
</styleSheet>
"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def workbook(sheets):
    """An .xlsx with these sheets, [(name, header, kinds of the columns, rows)]: texts shared, dates as styled day numbers."""
    strings = {}

    def shared(text):
        return strings.setdefault(text, len(strings))

    def cell(ref, kind, value):
        if kind == TEXT:
            return f'<c r="{ref}" t="s"><v>{shared(value)}</v></c>'
        if kind == DATE:
            value = (value - date(1899, 12, 30)).days
        return f'<c r="{ref}" s="{kind}"><v>{value}</v></c>'

    files = {}
    for n, (_, header, kinds, rows) in enumerate(sheets, 1):
        lines = []
        for r, row in enumerate([header, *rows], 1):
            row_kinds = [TEXT] * len(header) if r == 1 else kinds
            cells = "".join(cell(f"{'ABCDEFG'[c]}{r}", kind, value) for c, (kind, value) in enumerate(zip(row_kinds, row)))
            lines.append(f'<row r="{r}">{cells}</row>')
        files[f"xl/worksheets/sheet{n}.xml"] = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    items = "".join(f"<si><t>{escape(s)}</t></si>" for s in strings)
    files["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">{items}</sst>'
    files["xl/styles.xml"] = STYLES
    named = "".join(f'<sheet name="{escape(s[0])}" sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, 1))
    files["xl/workbook.xml"] = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'
    links = [(f"worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(sheets) + 1)]
    links += [("styles.xml", "styles"), ("sharedStrings.xml", "sharedStrings")]
    related = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{to}"/>' for n, (to, kind) in enumerate(links, 1))
    files["xl/_rels/workbook.xml.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>'
    files["_rels/.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles"), ("xl/sharedStrings.xml", "sharedStrings")]
    parts += [(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(sheets) + 1)]
    listed = "".join(f'<Override PartName="/{p}" ContentType="{kind}.{t}+xml"/>' for p, t in parts)
    files["[Content_Types].xml"] = (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )
    out = io.BytesIO()
    # Stored, with one date: the same bytes whatever library packs them.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name in ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"]:
            packed.writestr(zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0)), files.pop(name))
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0)), text)
    return out.getvalue()


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(rows)
    return text.getvalue().encode()


def exports():
    """Every file by name."""
    people = roster()
    files = {}
    files["团队.csv"] = table("团队编号 团队名称 月份 阶段", [[t, n, month_text(ym), STAGES[stage(t, ym)]] for ym in HISTORY + MONTHS for t, n in TEAMS.items()])
    shown = [[p[0], p[1], ROLES[p[2]], p[3], p[4], p[5], p[6] or ""] for p in people]
    files["员工花名册.csv"] = table("工号 姓名 岗位 团队 月薪 生效日期 截止日期", shown)
    lives = live_sessions(people)
    files["直播场次.csv"] = table("场次号 主播 场控 开播时间 成交金额 观看总时长(秒) 观看人数 评论数 点赞数 新增关注 分享数", lives)
    files["流程节点.csv"] = table("节点号 场次号 节点 时间 按时", process_steps(lives))
    files["直播故障.csv"] = table("故障号 场次号 类型 发生时间 恢复时间", faults(lives))
    files["数据记录.csv"] = table("记录号 场控 日期 项目 完整", records(people))
    made = videos(people)
    files["短视频.csv"] = table("视频号 策划 剪辑 演员 发布时间 播放量 完播数 3秒播放数 引流点击 补拍次数 计划工时 实际工时 违规数 投放花费 带来新客", made)
    files["视频评论.csv"] = table("评论号 视频号 评论时间 符合人设", comments(made))
    files["脚本.csv"] = table("脚本号 策划 提交日期 首次通过", scripts(people))
    goods = products()
    partners, creators, deals = creators_and_deals(people)
    sold = orders(goods, creators)
    files["商品.csv"] = table("商品编号 商品名称 选品负责人", [g[:3] for g in goods])
    files["店铺.csv"] = table("店铺编号 店铺名称 团队 运营", [[f"S{t[1]}", f"{n}旗舰店", t, f"D{t[1]}1"] for t, n in TEAMS.items()])
    files["订单.csv"] = table("订单号 下单时间 店铺 买家 商品 达人 成交金额 成本", sold)
    files["库存.csv"] = table("日期 商品 库存金额", stock(goods, sold))
    files["商品曝光.csv"] = table("月份 商品 曝光人数", exposures(goods, sold))
    files["店铺评分.csv"] = table("日期 店铺 描述相符 服务态度 物流服务", ratings())
    files["平台活动.csv"] = table("活动号 店铺 日期 活动名称 大促 完成", campaigns())
    spent, monthly = ads(people)
    files["广告投放.csv"] = table("日期 投手 消耗 成交金额 展示次数 点击次数 新增粉丝", spent)
    files["售前会话.csv"] = table("会话号 客服 顾客 咨询时间 首次回复 成交 一次解决", chats(people))
    files["售后工单.csv"] = table("工单号 客服 顾客 类型 申请时间 解决时间 好评 升级平台", aftersales(people))
    files["达人.csv"] = table("达人编号 达人昵称 商务", partners)
    files["达人合作.csv"] = table("合作号 达人 日期 坑位费 佣金", deals)
    files["违规记录.csv"] = table("违规号 人员 日期 等级", violations())
    budget = [[b, date(*ym, 1), round(x * between(0.88, 1.08) / 100) * 100] for (b, ym), x in sorted(monthly.items(), key=lambda i: (i[0][1], i[0][0]))]
    market = [[date(*ym, 1), ctr, cost] for ym, ctr, cost in zip(MONTHS, [0.05, 0.0495, 0.05, 0.051, 0.0505, 0.05], [1, 1, 1, 0.98, 0.98, 0.95])]
    files["月度计划.xlsx"] = workbook([
        ("说明", ["本工作簿由经营部每月维护"], [TEXT], [["主播计划：每位主播的月度 GMV 目标"], ["投放计划：每位投手的月度消耗"], ["行业均值：平台公布的行业点击率与获粉成本"]]),
        ("主播计划", ["工号", "月份", "GMV目标"], [TEXT, DATE, MONEY], plans(people)),
        ("投放计划", ["工号", "月份", "计划消耗"], [TEXT, DATE, MONEY], budget),
        ("行业均值", ["月份", "点击率", "获粉成本"], [DATE, PERCENT, MONEY], market),
    ])
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=pathlib.Path, default=EXPORTS, help="another folder than exports/")
    parser.add_argument("--check", action="store_true", help="only compare with what is there")
    options = parser.parse_args()
    files = exports()
    if options.check:
        there = {p.name for p in options.to.iterdir()}
        wrong = [n for n in sorted(there | set(files)) if n not in files or n not in there or (options.to / n).read_bytes() != files[n]]
        for name in wrong:
            print(f"{name} is not what generate.py writes")
        sys.exit(1 if wrong else 0)
    options.to.mkdir(exist_ok=True, parents=True)
    for name, data in files.items():
        (options.to / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
