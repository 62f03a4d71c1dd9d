#!/usr/bin/env python3
"""Writes the exports of the example: what shop, ticket system, surveys and task board of twelve assistants would hold in 2025.

    python3 generate.py             writes exports/ beside this file
    python3 generate.py --to DIR    writes them into DIR
    python3 generate.py --check     writes nothing; exit code 1 if exports/ differs from what would be written

The data are invented, and always the same: every number comes from one seeded generator. No column holds what a formula of the
policy computes. Nothing here knows the policy. 工单.csv is in GB18030, all other files are UTF-8.

Planted on purpose (the README says what each of them shows; tests pin them):

    C2    the product goes from launch to growth on 2025-05-01
    R4    joins on 2025-03-10; S4 leaves on 2025-10-17
    R1    stars of 2025-02 that come to exactly 4.8; R2 just below, R3 just above
    C1    exactly 24 h, a second more, and no answer at all among the requirements of 2025-02
    S1    nobody rated in the third quarter
    T-EDGE, T-LATE  3 person-days at a capability of 0.9: 3 days, and 4
    S3, C4, R4  bad months: a diagnosis of C4 for 2025-06, none of S3 for 2025-05 and of R4 for 2025-08
    R2    points that come to 99 in May and to 100 in June
"""

import argparse
import csv
import io
import pathlib
import random
import sys
from datetime import date, datetime, timedelta

EXPORTS = pathlib.Path(__file__).parent / "exports"
rnd = random.Random(20250404)
MONTHS = [date(2025, m, 1) for m in range(1, 13)]
ROLES = {"R": "用户留存", "C": "活动运营", "S": "服务支持"}
STAGES = {"R": "成熟", "C": "新品上市", "S": "成长"}
NAMES = dict(zip([f"{r}{i}" for r in "RCS" for i in range(1, 5)], "林知夏 周予安 沈星河 韩清越 陆云舒 秦亦辰 许令仪 何书瑶 吕景行 施既白 张南乔 孔子衿".split()))
BAD = {("S3", 4), ("S3", 5), ("C4", 6), ("C4", 7), ("R4", 8)}
# How well everybody does, from 0 to 1.
SKILL = {"R1": 0.95, "R2": 0.8, "R3": 0.7, "R4": 0.6, "C1": 0.9, "C2": 0.85, "C3": 0.6, "C4": 0.5, "S1": 0.9, "S2": 0.75, "S3": 0.25, "S4": 0.6}


def skill(key, month):
    """Two of them have bad months."""
    return -0.6 if (key, month.month) in BAD else SKILL[key]


def whole(low, high):
    return low + int(rnd.random() * (high - low + 1))


def chance(p):
    return rnd.random() < p


def yes(truth):
    return "是" if truth else "否"


def last(month):
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def there(key, day):
    return not (key == "R4" and day < date(2025, 3, 10)) and not (key == "S4" and day > date(2025, 10, 17))


def a_day(key, month):
    days = [month + timedelta(days=n) for n in range(last(month).day)]
    days = [day for day in days if there(key, day)]
    return days[whole(0, len(days) - 1)] if days else None


def a_moment(key, month):
    day = a_day(key, month)
    return day and datetime(day.year, day.month, day.day, whole(8, 19), whole(0, 59), whole(0, 59))


def staff():
    rows = []
    for key, name in NAMES.items():
        core, capability, salary = yes(key[1] == "1"), {"1": "1.1", "2": "1", "3": "0.9", "4": "0.8"}[key[1]], 6000 + 500 * (5 - int(key[1]))
        since = "2025-03-10" if key == "R4" else "2024-11-01"
        until = "2025-10-17" if key == "S4" else ""
        if key == "C2":
            rows.append([key, name, ROLES["C"], STAGES["C"], core, capability, salary, since, "2025-04-30"])
            rows.append([key, name, ROLES["C"], "成长", core, capability, salary, "2025-05-01", ""])
        else:
            rows.append([key, name, ROLES[key[0]], STAGES[key[0]], core, capability, salary, since, until])
    return ["工号", "姓名", "岗位", "产品阶段", "核心人员", "能力系数", "月薪", "生效日期", "截止日期"], rows


def visits():
    rows = []
    for month in MONTHS:
        for key in NAMES:
            for _ in range(whole(60, 90)):
                day = a_day(key, month)
                if day is None:
                    continue
                bought = chance(0.06 + 0.11 * max(0, skill(key, month)))
                again = bought and chance(0.1 + 0.3 * max(0, skill(key, month)))
                paid = f"{whole(60, 180)}.{whole(0, 99):02}" if bought else "0"
                rows.append([key, day, yes(chance(0.2 + 0.2 * skill(key, month))), yes(bought), yes(again), paid])
    return ["负责人", "日期", "新客", "成交", "复购", "实付金额"], sorted(rows, key=lambda r: (r[1], r[0]))


def tickets():
    rows = []
    for month in MONTHS:
        for key in NAMES:
            for _ in range(whole(10, 16)):
                opened = a_moment(key, month)
                if opened is None:
                    continue
                good = skill(key, month)
                first = opened + timedelta(minutes=whole(2, int(60 - 35 * good))) if chance(0.97) else None
                closed = opened + timedelta(hours=whole(1, 60)) if first and chance(0.9 + 0.1 * good) else None
                delivered = opened + timedelta(hours=whole(4, int(70 - 35 * good))) if chance(0.9) else None
                text = [t.strftime("%Y-%m-%d %H:%M:%S") if t else "" for t in (opened, first, closed)]
                rows.append([key, *text, yes(closed is not None and chance(0.8 + 0.2 * good)), delivered.strftime("%Y-%m-%d %H:%M:%S") if delivered else ""])
    return ["负责人", "提交时间", "首次响应", "关闭时间", "已解决", "交付时间"], sorted(rows, key=lambda r: (r[1], r[0]))


def surveys():
    rows = []
    for month in MONTHS:
        for key in NAMES:
            if (key, month.month) in (("R1", 2), ("R2", 2), ("R3", 2)):
                # 48 of 50, 47 of 50 and 49 of 50 stars in ten answers.
                stars = {"R1": [5] * 8 + [4] * 2, "R2": [5] * 7 + [4] * 3, "R3": [5] * 9 + [4]}[key]
                rows += [[key, month + timedelta(days=n), 9, star] for n, star in enumerate(stars)]
                continue
            for _ in range(whole(8, 14)):
                day = a_day(key, month)
                if day:
                    rows.append([key, day, 9 + chance(0.5) if chance(0.2 + 0.6 * skill(key, month)) else whole(3, 8), 5 if chance(0.3 + 0.6 * skill(key, month)) else whole(3, 4)])
    return ["负责人", "日期", "推荐意愿", "满意度"], sorted(rows, key=lambda r: (r[1], r[0]))


def complaints():
    rows = [[key, a_day(key, month)] for month in MONTHS for key in NAMES for _ in range(2) if chance(0.5 - 0.45 * skill(key, month))]
    return ["负责人", "日期"], sorted([r for r in rows if r[1]], key=lambda r: (r[1], r[0]))


def nodes():
    rows = []
    for month in MONTHS:
        for key in NAMES:
            if key == "C1" and month.month == 2:
                asked = datetime(2025, 2, 3, 9)
                for answered in (asked + timedelta(hours=24), asked + timedelta(hours=24, seconds=1), None):
                    rows.append([key, str(asked), str(answered) if answered else ""])
                continue
            for _ in range(whole(4, 8)):
                asked = a_moment(key, month)
                if asked:
                    answered = asked + timedelta(hours=whole(1, 23) if chance(0.75 + 0.25 * skill(key, month)) else whole(25, 60))
                    rows.append([key, str(asked), "" if chance(0.03) else str(answered)])
    return ["承接人", "提出时间", "响应时间"], sorted(rows, key=lambda r: (r[1], r[0]))


def ideas():
    rows = [[key, a_day(key, month), yes(chance(0.5 + 0.5 * skill(key, month)))] for month in MONTHS for key in NAMES for _ in range(whole(0, 2))]
    return ["提出人", "日期", "采纳"], sorted([r for r in rows if r[1]], key=lambda r: (r[1], r[0]))


def peers():
    rows = []
    for month in (3, 6, 9, 12):
        for rated in NAMES:
            if (rated, month) == ("S1", 9) or not there(rated, date(2025, month, 15)):
                continue
            for rater in NAMES:
                if rater != rated and chance(0.4):
                    rows.append([rated, rater, f"2025-{month:02}", min(5, max(1, round(2.5 + 2.5 * SKILL[rated] + rnd.random() - 0.5)))])
    return ["被评人", "评价人", "月份", "评分"], rows


def tasks():
    rows = [["T-EDGE", "R3", 3, 4, "2025-02-03", "2025-02-06"], ["T-LATE", "R3", 3, 4, "2025-02-03", "2025-02-07"]]
    for month in MONTHS:
        for key in NAMES:
            started = a_day(key, month)
            if started is None:
                continue
            work = whole(2, 8)
            finished = started + timedelta(days=whole(1, int(work * (1.6 - 0.6 * skill(key, month))) + 1))
            if key == "S4":
                finished = min(finished, date(2025, 10, 17))
            open_still = key != "S4" and (chance(0.05) or finished > date(2025, 12, 31))
            rows.append([f"T{len(rows):03}", key, work, whole(1, 5), started, "" if open_still else finished])
    return ["任务号", "负责人", "工作量", "复杂度", "开始日期", "完成日期"], rows


def diagnoses():
    return ["工号", "月份", "原因"], [["S3", "2025-04", "能力不足"], ["C4", "2025-06", "意愿不足"], ["C4", "2025-07", "岗位不匹配"]]


def points():
    rows = [["R2", date(2025, m, 15), p] for m, p in ((1, 40), (3, 30), (5, 29), (6, 1), (8, 50))]
    rows += [[key, a_day(key, month), whole(1, 20)] for month in MONTHS for key in NAMES if key != "R2" and chance(0.8 * skill(key, month))]
    return ["工号", "日期", "积分"], sorted([r for r in rows if r[1]], key=lambda r: (r[1], r[0]))


FILES = [("员工", staff), ("访问", visits), ("工单", tickets), ("问卷", surveys), ("投诉", complaints), ("协作需求", nodes), ("创新提案", ideas), ("互评", peers), ("任务", tasks), ("绩效诊断", diagnoses), ("积分", points)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--to", type=pathlib.Path, default=EXPORTS)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    different = []
    for name, make in FILES:
        header, rows = make()
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        data = out.getvalue().encode("gb18030" if name == "工单" else "utf-8")
        path = args.to / f"{name}.csv"
        if args.check:
            if not path.exists() or path.read_bytes() != data:
                different.append(path.name)
        else:
            args.to.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    if different:
        sys.exit(f"differ: {', '.join(different)}")


if __name__ == "__main__":
    main()
