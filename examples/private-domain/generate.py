#!/usr/bin/env python3
"""Writes the exports of the example: what community tool, CRM, shop and service desk of two brands would hold, January 2024 to December 2025.

    python3 generate.py             writes exports/ beside this file
    python3 generate.py --to DIR    writes them into DIR
    python3 generate.py --check     writes nothing; exit code 1 if exports/ differs from what would be written

The data are invented, and always the same: every number comes from one seeded generator. No column holds what a formula of the
policy computes. Nothing here knows the policy.

会员档案.csv is in GB18030, all other files are UTF-8.

Planted on purpose (the README says what each of them shows; tests pin them):

    B6    joins on 2025-05-12 with an empty community; M6 leaves on 2025-09-20
    B3    is promoted from junior to senior on 2025-07-01
    B1    sells for exactly 70% of the plan in 2025-02, B2 for exactly the plan, B3 for 2000 yuan more, B4 for 5000 yuan more; B5 a cent less than 70%
    M2    has no plan for 2025-04
    M3    no new member of 2025-02 was brought by another
    M5    nobody rated in 2025-10; M4 no department in 2025-06; B5 no blind test in 2025-08
    B2    one message on 2025-06-18, M4 fewer messages every week of 2025-08
    M1    25 of 100 praised less than all: exactly 90% in 2025-03, M2 just below, M3 just above
    M2    three lead articles in each week of 2025-05 but one, in which there is one
    B4    three experiments in 2025-06 that failed; M1 four in 2025-06 that succeeded
    B1    suggestions of 2025-03 that raise a number by exactly 15%, by 14.9%, one not verified, one not of a key number
"""

import argparse
import csv
import io
import pathlib
import random
import sys
from datetime import date, datetime, timedelta

EXPORTS = pathlib.Path(__file__).parent / "exports"
SEED = 20251231
FIRST, END = date(2024, 1, 1), date(2025, 12, 31)
MONTHS = [(y, m) for y in (2024, 2025) for m in range(1, 13)]
PEOPLE = [f"{brand}{i}" for brand in "BM" for i in range(1, 7)]
SENIOR = {"B1", "B2", "M1", "M2"}
SURNAMES = "沈韩杨朱秦许何吕施张孔曹"
GIVEN = "予安知夏星河清越云舒亦辰令仪书瑶景行既白南乔子衿怀瑾"

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


def some(items, n):
    """So many different ones."""
    rest, found = list(items), []
    while rest and len(found) < n:
        found.append(rest.pop(int(rnd() * len(rest))))
    return found


def yuan(cents):
    return f"{cents // 100}.{cents % 100:02}"


def yes(truth):
    return "是" if truth else "否"


def month_text(ym):
    return f"{ym[0]}-{ym[1]:02}"


def month_of(day):
    return day.year, day.month


def last_day(ym):
    return date(ym[0] + ym[1] // 12, ym[1] % 12 + 1, 1) - timedelta(days=1)


def days(first, last):
    while first <= last:
        yield first
        first += timedelta(days=1)


def moment(day, low=8, high=22):
    return datetime(day.year, day.month, day.day, whole(low, high - 1), whole(0, 59), whole(0, 59))


class Numbers:
    """Running numbers with a prefix."""

    def __init__(self, prefix, digits):
        self.prefix, self.digits, self.n = prefix, digits, 0

    def __call__(self):
        self.n += 1
        return f"{self.prefix}{self.n:0{self.digits}}"


# ---- people


def roster():
    """Rows: id, name, brand, level, salary, first day, last day or none."""
    rows = []
    for n, key in enumerate(PEOPLE):
        name = SURNAMES[n] + GIVEN[2 * n : 2 * n + 2]
        brand = "美妆" if key[0] == "B" else "母婴"
        level, salary = ("高级", 9500) if key in SENIOR else ("初级", 7000)
        if key == "B3":
            rows.append([key, name, brand, "初级", 7000, date(2023, 3, 1), date(2025, 6, 30)])
            rows.append([key, name, brand, "高级", 9000, date(2025, 7, 1), ""])
        else:
            joined = date(2025, 5, 12) if key == "B6" else date(2022, 1 + n, 1)
            rows.append([key, name, brand, level, salary + 250 * (n % 3), joined, date(2025, 9, 20) if key == "M6" else ""])
    return rows


def starts(owner):
    return date(2025, 5, 12) if owner == "B6" else FIRST


def stops(owner):
    return date(2025, 9, 20) if owner == "M6" else END


def works(owner, day):
    return starts(owner) <= day <= stops(owner)


# ---- members

ENERGY = {key: 0.7 + 0.12 * ((3 * n) % 6) for n, key in enumerate(PEOPLE)}


def members():
    """Rows: id, owner, first day, last day or none."""
    rows, number = [], Numbers("K", 4)
    for owner in PEOPLE:
        if owner != "B6":
            for _ in range(whole(26, 34)):
                joined = date(2023, 1, 1) + timedelta(days=whole(0, 364))
                stays = whole(200, 1800)
                rows.append([owner, joined, max(joined + timedelta(days=stays), date(2024, 1, 15))])
        for ym in MONTHS:
            first, last = max(date(*ym, 1), starts(owner)), min(last_day(ym), stops(owner))
            if first > last:
                continue
            for _ in range(round(4.5 * ENERGY[owner] * between(0.7, 1.3)) + (6 if owner == "B6" and ym == (2025, 5) else 0)):
                joined = first + timedelta(days=whole(0, (last - first).days))
                short = chance(0.62 - 0.2 * ENERGY[owner])
                rows.append([owner, joined, joined + timedelta(days=whole(1, 25) if short else whole(40, 1400))])
    for row in rows:
        if row[0] == "M6":
            row[2] = min(row[2], stops("M6"))
        if row[2] > END:
            row[2] = ""
    rows.sort(key=lambda r: (r[1], r[0]))
    return [[number(), *row] for row in rows]


MEMBERS = members()
JOINED = {r[0]: r[2] for r in MEMBERS}
OWN = {owner: [r for r in MEMBERS if r[1] == owner] for owner in PEOPLE}


def is_there(row, day):
    return row[2] <= day and (row[3] == "" or row[3] >= day)


def present(owner, day):
    return [r[0] for r in OWN[owner] if is_there(r, day)]


def profiles():
    rows = []
    for ym in MONTHS[12:]:
        for key, owner, joined, left in MEMBERS:
            if is_there([key, owner, joined, left], last_day(ym)) and works(owner, last_day(ym)):
                share = 0.45 + 0.35 * ENERGY[owner]
                rows.append([key, month_text(ym), month_text(month_of(joined)), 8, sum(chance(share) for _ in range(8))])
    return rows


# ---- content

MONDAYS = [date(2024, 12, 30) + timedelta(days=7 * n) for n in range(53)]


def articles():
    rows, number = [], Numbers("A", 5)
    for monday in MONDAYS:
        for owner in PEOPLE:
            leads = pick([2, 2, 2, 2, 3, 1]) if owner[0] == "M" else 1
            if owner == "M2" and monday.year == 2025 and month_of(monday + timedelta(days=3)) == (2025, 5):
                leads = 1 if monday == date(2025, 5, 12) else 3
            for n in range(leads + whole(1, 2)):
                day, lead = monday + timedelta(days=whole(0, 6)), n < leads
                sent = whole(300, 1500)
                share = between(0.13, 0.26) if lead and owner[0] == "M" else between(0.06, 0.15 + 0.08 * ENERGY[owner])
                if owner == "M2" and lead:
                    share = between(0.16, 0.2)
                if works(owner, day) and day <= END:
                    rows.append([day, owner, lead, sent, int(sent * share)])
    rows.sort(key=lambda r: (r[0], r[1]))
    return [[number(), owner, day, yes(lead), sent, opened] for day, owner, lead, sent, opened in rows]


def events():
    rows, number = [], Numbers("E", 4)
    for monday in MONDAYS:
        for owner in PEOPLE:
            for _ in range(pick([1, 1, 1, 2, 0]) if owner[0] == "M" else pick([0, 1, 1])):
                day, invited = monday + timedelta(days=whole(3, 6)), whole(30, 60)
                if works(owner, day) and day <= END:
                    rows.append([day, owner, invited, int(invited * between(0.08, 0.2 + 0.12 * ENERGY[owner]))])
    rows.sort(key=lambda r: (r[0], r[1]))
    return [[number(), owner, day, invited, took_part] for day, owner, invited, took_part in rows]


def messages():
    rows = []
    for day in days(date(2024, 12, 2), END):
        for owner in PEOPLE:
            if not works(owner, day):
                continue
            there = present(owner, day)
            speakers = max(2, round(len(there) * between(0.07, 0.12 + 0.06 * ENERGY[owner])))
            if owner == "M4" and date(2025, 8, 4) <= day <= date(2025, 8, 31):
                speakers = 7 - (day - date(2025, 8, 4)).days // 7
            extra = whole(0, 2)
            if owner == "B2" and day == date(2025, 6, 18):
                speakers, extra = 1, 0
            spoke = some(there, speakers)
            for key in spoke + [pick(spoke) for _ in range(extra if spoke else 0)]:
                rows.append([key, moment(day), yes(chance(0.2 + 0.14 * ENERGY[owner]))])
    return sorted(rows, key=lambda r: (r[1], r[0]))


# ---- conversion


def promos():
    rows, number = [], Numbers("P", 4)
    for ym in MONTHS[12:]:
        for owner in PEOPLE:
            for _ in range(whole(1, 2)):
                day, cost = date(*ym, whole(15, 20)), whole(500, 1500) * 100
                if works(owner, day):
                    rows.append([number(), owner, day, yuan(cost), yuan(int(cost * between(2, 4 + ENERGY[owner])))])
        for owner in ("B6", "M6"):
            if works(owner, last_day(ym)) and not any(r[1] == owner and month_of(r[2]) == ym for r in rows):
                rows.append([number(), owner, last_day(ym), "800.00", "2600.00"])
    return rows


def referrals():
    """Members who bring others are few; each of them brings one to three of the month's new members."""
    rows = []
    for ym in MONTHS:
        for owner in PEOPLE:
            news = [r for r in OWN[owner] if month_of(r[2]) == ym]
            old = [r[0] for r in OWN[owner] if r[2] < date(*ym, 1) and is_there(r, last_day(ym))]
            if not news or not old or (owner, ym) == ("M3", (2025, 2)):
                continue
            inviters = some(old, whole(1, 3))
            brought = some(news, max(1, round(len(news) * between(0.3, 0.9))))
            rows += [[pick(inviters), key, joined] for key, _, joined, _ in brought]
    return sorted(rows, key=lambda r: (r[2], r[1]))


AIMS = {
    ("B1", (2025, 2)): (490000, 700000), ("B2", (2025, 2)): (650000, 650000), ("B3", (2025, 2)): (800000, 600000),
    ("B4", (2025, 2)): (1000000, 500000), ("B5", (2025, 2)): (489999, 700000),
}


def orders():
    found = []
    for ym in MONTHS:
        for owner in PEOPLE:
            mine = []
            for row in OWN[owner]:
                first, last = max(date(*ym, 1), row[2]), min(last_day(ym), row[3] or END)
                for _ in range(pick([0, 0, 0, 0, 0, 1, 1, 1, 2])):
                    if first <= last:
                        spent = whole(6000, 36000 + round(20000 * ENERGY[owner]))
                        mine.append([first + timedelta(days=whole(0, (last - first).days)), row[0], spent])
            if (owner, ym) in AIMS:
                each = AIMS[owner, ym][0] // len(mine)
                for n, order in enumerate(mine):
                    order[2] = each + (-1) ** n * (each // 3 if n + len(mine) % 2 < len(mine) else 0)
                mine[0][2] += AIMS[owner, ym][0] - sum(order[2] for order in mine)
            found += [o for o in mine if works(owner, o[0])]
    found.sort(key=lambda o: (o[0], o[1]))
    nth, number, rows = {}, Numbers("D", 6), []
    for day, key, paid in found:
        nth[key] = nth.get(key, 0) + 1
        rows.append([number(), key, day, nth[key], yuan(paid)])
    return rows


def plans():
    rows = []
    for ym in MONTHS[12:]:
        for owner in PEOPLE:
            aim = AIMS[owner, ym][1] if (owner, ym) in AIMS else whole(50, 90) * 10000
            if works(owner, last_day(ym)) and (owner, ym) != ("M2", (2025, 4)):
                rows.append([owner, month_text(ym), yuan(aim)])
    return rows


# ---- experience


def surveys():
    rows, number = [], Numbers("N", 5)
    for ym in MONTHS[9:]:
        for owner in PEOPLE:
            for _ in range(whole(8, 14)):
                day = date(*ym, 1) + timedelta(days=whole(0, 27))
                there = present(owner, day)
                if works(owner, day) and there:
                    happy = 0.42 + 0.2 * ENERGY[owner] + 0.01 * MONTHS.index(ym) - 0.12
                    score = pick([9, 10]) if chance(happy) else pick([7, 8, 8, 5, 6, 3])
                    rows.append([number(), pick(there), day, score])
    return rows


PRAISED = {("M1", (2025, 3)): (20, 18), ("M2", (2025, 3)): (19, 17), ("M3", (2025, 3)): (21, 19)}


def services():
    rows, number = [], Numbers("S", 5)
    for ym in MONTHS[9:]:
        for owner in PEOPLE:
            first, last = max(date(*ym, 1), starts(owner)), min(last_day(ym), stops(owner))
            if first > last:
                continue
            many, good = PRAISED.get((owner, ym), (whole(14, 26), None))
            for n in range(many):
                day = first + timedelta(days=whole(0, (last - first).days))
                there = present(owner, day)
                if not there:
                    continue
                asked = moment(day)
                waited = timedelta(seconds=whole(20, round(420 - 150 * ENERGY[owner])))
                closed = asked + waited + timedelta(minutes=whole(3, 30))
                replied = "" if chance(0.03) else asked + waited
                praised = n < good if good is not None else chance(0.8 + 0.12 * ENERGY[owner])
                rows.append([number(), pick(there), asked, replied, closed, yes(praised)])
    return rows


def ratings():
    rows, number = [], Numbers("R", 5)
    for ym in MONTHS[12:]:
        for owner in PEOPLE:
            if not works(owner, last_day(ym)) or (owner, ym) == ("M5", (2025, 10)):
                continue
            kinds = {"直属主管": 1, "协作部门": 2, "用户": whole(2, 4)} if owner[0] == "M" else {"直属主管": 1, "用户盲测": whole(3, 5)}
            for kind, many in kinds.items():
                if (owner, ym, kind) in {("M4", (2025, 6), "协作部门"), ("B5", (2025, 8), "用户盲测")}:
                    continue
                rows += [[number(), owner, kind, month_text(ym), pick([3, 4, 4, 5, 5] if ENERGY[owner] > 0.9 else [2, 3, 4, 4, 5])] for _ in range(many)]
    return rows


# ---- ideas

SUGGESTED = [(True, True, 200, 230), (True, True, 1000, 1149), (True, False, 200, ""), (False, True, 200, 260)]


def suggestions():
    rows, number = [], Numbers("J", 3)
    for ym in MONTHS[12:]:
        for owner in PEOPLE:
            mine = [] if chance(0.35) else [(chance(0.8), chance(0.8), b := whole(50, 400), int(b * between(1.05, 1.45)))]
            if (owner, ym) == ("B1", (2025, 3)):
                mine = SUGGESTED
            if works(owner, date(*ym, 20)):
                rows += [[number(), owner, date(*ym, 20), yes(k), yes(v), before, after if v else ""] for k, v, before, after in mine]
    return rows


def experiments():
    rows, number = [], Numbers("X", 3)
    for ym in MONTHS[12:]:
        for owner in PEOPLE:
            results = [pick(["失败", "失败", "已验证", "成功"]) for _ in range(pick([0, 0, 1, 1, 2]))]
            if ym == (2025, 6):
                results = {"B4": ["失败"] * 3, "M1": ["成功"] * 4}.get(owner, results)
            if works(owner, date(*ym, 25)):
                rows += [[number(), owner, date(*ym, 25), result] for result in results]
    return rows


# ---- files


def text(value):
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)


def as_csv(header, rows, encoding="utf-8"):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(" "))
    writer.writerows([[text(v) for v in row] for row in rows])
    return out.getvalue().encode(encoding)


def files():
    return {
        "员工.csv": as_csv("工号 姓名 品牌 级别 月薪 生效日期 截止日期", roster()),
        "社群成员.csv": as_csv("成员号 负责人 入群日期 退群日期", MEMBERS),
        "会员档案.csv": as_csv("成员号 月份 入群月份 应填标签 已填标签", profiles(), "gb18030"),
        "图文.csv": as_csv("图文号 负责人 推送日期 头条 送达人数 打开人数", articles()),
        "社群活动.csv": as_csv("活动号 负责人 日期 触达人数 参与人数", events()),
        "社群发言.csv": as_csv("成员号 发言时间 原创内容", messages()),
        "促销活动.csv": as_csv("促销号 负责人 结束日期 投入成本 活动收入", promos()),
        "裂变邀请.csv": as_csv("邀请人 新成员 入群日期", referrals()),
        "NPS问卷.csv": as_csv("问卷号 成员号 日期 推荐意愿", surveys()),
        "一对一服务.csv": as_csv("会话号 成员号 提问时间 首次响应 关闭时间 好评", services()),
        "订单.csv": as_csv("订单号 成员号 下单日期 第几单 实付金额", orders()),
        "销售目标.csv": as_csv("工号 月份 目标金额", plans()),
        "评价.csv": as_csv("评价号 被评人 评价方 月份 评分", ratings()),
        "分析建议.csv": as_csv("建议号 提出人 验收日期 关键指标 已验证 基线值 验证值", suggestions()),
        "创新实验.csv": as_csv("实验号 负责人 结项日期 结果", experiments()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", metavar="DIR", type=pathlib.Path, default=EXPORTS)
    parser.add_argument("--check", action="store_true", help="compare with exports/")
    options = parser.parse_args()
    written = files()
    if options.check:
        differ = [name for name, content in written.items() if not (EXPORTS / name).exists() or (EXPORTS / name).read_bytes() != content]
        differ += [path.name for path in EXPORTS.iterdir() if path.name not in written]
        print(f"differ: {', '.join(differ)}" if differ else "exports/ is what the generator writes")
        sys.exit(1 if differ else 0)
    options.to.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (options.to / name).write_bytes(content)


if __name__ == "__main__":
    main()
