#!/usr/bin/env python3
"""Recomputes every card of the operations assistants, independently of kpi: the standard library, exact fractions, its own readers.

    python3 expected.py                      prints JSON: the cards of 2026-01 to 2026-06
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
DAY = timedelta(days=1)


# ---- numbers and months


def rounded(x, digits):
    """Half away from zero."""
    whole = int(abs(x) * 10**digits + F(1, 2))
    return F(whole if x >= 0 else -whole, 10**digits)


def mul(a, b):
    return None if a is None or b is None else rounded(a * b, 12)


def div(a, b):
    return None if a is None or b is None or b == 0 else rounded(F(a) / F(b), 12)


def mean(xs):
    return div(sum(xs, ZERO), len(xs))


def pct(n):
    return F(n) / 100


def before(m, n=1):
    index = m[0] * 12 + m[1] - 1 - n
    return index // 12, index % 12 + 1


def first_day(m):
    return date(m[0], m[1], 1)


def last_day(m):
    return date(m[0], m[1], calendar.monthrange(*m)[1])


def month_of(day):
    return day.year, day.month


# ---- readers


def read_csv(name, encoding="utf-8"):
    with open(EXPORTS / name, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def read_sheet(name, sheet):
    """One sheet of a workbook: rows as dictionaries; a cell with a date format is a time, a missing cell is empty."""
    spread = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    office = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    with zipfile.ZipFile(EXPORTS / name) as book:
        tree = lambda path: xml.fromstring(book.read(path))
        links = {r.get("Id"): r.get("Target") for r in tree("xl/_rels/workbook.xml.rels")}
        (found,) = [s for s in tree("xl/workbook.xml").iter(f"{spread}sheet") if s.get("name") == sheet]
        texts = ["".join(t.text or "" for t in si.iter(f"{spread}t")) for si in tree("xl/sharedStrings.xml").iter(f"{spread}si")]
        rows = []
        for row in tree("xl/" + links[found.get(f"{office}id")]).iter(f"{spread}row"):
            cells = {}
            for cell in row:
                text = cell.find(f"{spread}v").text
                if cell.get("t") == "s":
                    value = texts[int(text)]
                else:
                    value = datetime(1899, 12, 30) + timedelta(minutes=round(float(text) * 1440))
                cells[cell.get("r").rstrip("0123456789")] = value
            rows.append(cells)
    head = rows[0]
    return [{head[c]: row.get(c) for c in head} for row in rows[1:]]


def day(text):
    return date.fromisoformat(text) if text else None


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M") if text else None


def by_person(rows, when, who="负责人"):
    """Rows by person and month."""
    found = defaultdict(list)
    for r in rows:
        found[r[who], month_of(when(r))].append(r)
    return found


STAFF = defaultdict(list)
for _row in read_csv("员工.csv", "gb18030"):
    STAFF[_row["工号"]].append(_row)
CONTENT = by_person(read_csv("内容发布.csv"), lambda r: day(r["日期"]))
TASKS = by_person(read_csv("任务.csv"), lambda r: moment(r["截止时间"]))
ARCHIVE = by_person(read_csv("物料归档.csv"), lambda r: day(r["归档日期"]))
MATERIAL = by_person(read_sheet("素材与活动.xlsx", "素材库"), lambda r: r["日期"])
_campaigns = read_sheet("素材与活动.xlsx", "活动计划")
CAMPAIGNS = by_person(_campaigns, lambda r: r["活动日期"])
OWNER = {r["活动号"]: r["负责人"] for r in _campaigns}
ITEMS = by_person([{**r, "负责人": OWNER[r["活动号"]]} for r in read_csv("活动数据.csv")], lambda r: day(r["核对日期"]))
REPLIES = by_person(read_csv("评论回复.csv"), lambda r: day(r["日期"]))
_questions = read_csv("用户提问.csv", "gb18030")
ASKED = by_person(_questions, lambda r: moment(r["提问时间"]))
DUE = by_person(_questions, lambda r: moment(r["提问时间"]) + DAY)
MEMBERS = {r["成员号"]: r for r in read_csv("社群成员.csv")}
REPORTS = by_person(read_csv("报表.csv"), lambda r: day(r["应交日期"]))
ANOMALIES = by_person(read_csv("数据异常.csv"), lambda r: moment(r["发现时间"]))
RATINGS = by_person(read_csv("协作评分.csv"), lambda r: day(r["月份"] + "-01"), "被评人")
VIOLATIONS = by_person(read_csv("违规记录.csv"), lambda r: day(r["日期"]), "责任人")
CHECKS = by_person(read_csv("核单.csv"), lambda r: day(r["日期"]))
REVIEWS = by_person(read_csv("案例评分.csv"), lambda r: day(r["日期"]))


def weeks_of_messages():
    """How often each member spoke in a week, by the month that holds the week's Thursday."""
    found = defaultdict(lambda: defaultdict(int))
    for r in read_csv("社群发言.csv"):
        when = moment(r["发言时间"]).date()
        thursday = when + timedelta(days=3 - when.weekday())
        found[month_of(thursday)][r["成员号"], thursday] += 1
    return found


TALK = weeks_of_messages()


def holds(r, start, end, since, until):
    """Whether a row holds on any day from start to end."""
    return day(r[since]) <= end and (not r[until] or day(r[until]) >= start)


def scene_of(who, m):
    """The scene of a person on his last day in a month; none if he is not there."""
    rows = [r for r in STAFF[who] if holds(r, first_day(m), last_day(m), "生效日期", "截止日期")]
    latest = lambda r: min(day(r["截止日期"]) or date.max, last_day(m))
    return max(rows, key=latest)["场景"] if rows else None


# ---- indicators: what was measured


def total(rows, column):
    return sum((F(r[column]) for r in rows), ZERO)


def share(rows, is_good):
    return div(sum(map(is_good, rows)), len(rows))


def publish_accuracy(who, m):
    own = [r for r in CONTENT[who, m] if r["原因"] == "本人"]
    return div(total(own, "合规数"), total(own, "发布数"))


def in_time(r):
    return r["完成时间"] != "" and moment(r["完成时间"]) <= moment(r["截止时间"])


def tasks(who, m, urgent):
    own = [r for r in TASKS[who, m] if r["原因"] == "本人"]
    return share([r for r in own if r["紧急"] == "是"] if urgent else own, in_time)


def made(who, m, kind):
    return F(sum(r["类型"] == kind and r["达标"] == "是" for r in MATERIAL[who, m]))


def mean_reply(who, m):
    seconds = [F((moment(r["回复时间"]) - moment(r["提问时间"])).total_seconds()) for r in ASKED[who, m] if r["回复时间"]]
    return mean(seconds)


def replied_in_a_day(who, m):
    return share(DUE[who, m], lambda r: r["回复时间"] != "" and moment(r["回复时间"]) - moment(r["提问时间"]) <= DAY)


def community_activity(who, m):
    """A week's messages belong to the owner of the member if he is in the community on some day of the month."""
    start, end = first_day(m), last_day(m)
    mine = {k: r for k, r in MEMBERS.items() if r["负责人"] == who}
    active = {k for (k, _), times in TALK[m].items() if times >= 3 and k in mine and holds(mine[k], start, end, "入群日期", "退群日期")}
    return div(len(active), sum(holds(r, end, end, "入群日期", "退群日期") for r in mine.values()))


def collaboration(who, m):
    departments = defaultdict(list)
    for r in RATINGS[who, m]:
        departments[r["评分部门"]].append(F(r["评分"]))
    return mean([mean(values) for values in departments.values()])


@lru_cache(maxsize=None)
def case_quality(who, m):
    return mean([F(r["得分"]) for r in REVIEWS[who, m]]) if scene_of(who, m) else None


def useful_reply(who, m):
    return div(total(REPLIES[who, m], "有效回复数"), total(REPLIES[who, m], "回复数")) if scene_of(who, m) else None


def history(indicator, who, m):
    """The mean of the values of the three months before, as far as there are any; none if he was not there in the month before."""
    if scene_of(who, before(m)) is None:
        return None
    known = [x for x in (indicator(who, before(m, n)) for n in (1, 2, 3)) if x is not None]
    return mean(known)


# ---- lines: what it is worth


def line(name, actual, attainment, fraction=None, **more):
    """A line that was judged: its attainment is limited to 200%, and its fraction is that up to 100%."""
    if attainment is None:
        return {"indicator": name, "actual": actual, "attainment": None, "fraction": None, **more}
    attainment = min(max(attainment, ZERO), CAP)
    fraction = min(attainment, ONE) if fraction is None else fraction
    return {"indicator": name, "actual": actual, "attainment": attainment, "fraction": fraction, **more}


def at_least(name, actual, target):
    return line(name, actual, div(actual, target))


def at_most(name, actual, target):
    return line(name, actual, None if actual is None else CAP if actual <= 0 else div(target, actual))


def band(name, actual, low, high):
    return line(name, actual, div(actual, F(low)) if actual < low else div(F(high), actual) if actual > high else ONE)


def worst(name, parts):
    """Parts that count as one: the lowest fraction and, separately, the lowest attainment."""
    known = all(p["fraction"] is not None for p in parts)
    lowest = lambda key: min(p[key] for p in parts) if known else None
    return {"indicator": name, "actual": None, "attainment": lowest("attainment"), "fraction": lowest("fraction"), "lines": parts}


def task_done(who, m):
    urgent = tasks(who, m, True)
    return worst("task_done", [at_least("all", tasks(who, m, False), pct(95)), at_least("urgent", ONE if urgent is None else urgent, ONE)])


def reply_time(who, m):
    return worst("reply_time", [at_most("mean", mean_reply(who, m), F(3600)), at_least("day", replied_in_a_day(who, m), ONE)])


def material_output(who, m, scene):
    bands = [("copy", "文案", 15, 20), ("image", "图片", 30, 40)] if scene == "新媒体" else [("case", "案例", 8, 12)]
    return worst("material_output", [band(name, made(who, m, kind), low, high) for name, kind, low, high in bands])


def archive(who, m):
    rows = ARCHIVE[who, m]
    return at_least("material_conformity", div(total(rows, "合规数"), total(rows, "归档数")), pct(96))


def case_line(who, m):
    actual = case_quality(who, m)
    target = mul(pct(102), history(case_quality, who, m))
    # 5% below is still met, and what is met earns the whole line.
    met = actual is not None and target is not None and actual >= mul(target, pct(95))
    return line("case_quality", actual, div(actual, target), ONE if met else None)


def anomaly_line(who, m):
    rows = ANOMALIES[who, m]
    good = lambda r: r["反馈时间"] != "" and moment(r["反馈时间"]) - moment(r["发现时间"]) <= timedelta(hours=2)
    return at_least("anomaly_feedback", share(rows, good), ONE)


def compliance(who, m):
    """Each violation takes a fifth; for the card the attainment is what is left, the one shown is that of a target of 0."""
    n = len(VIOLATIONS[who, m])
    left = max(ZERO, ONE - n * F(1, 5))
    return {**line("compliance", F(n), ONE if n == 0 else ZERO, left), "counts": left}


def teamwork(who, m):
    return "teamwork", pct(10), [(pct(50), at_least("collaboration", collaboration(who, m), F(4)), "fail"), (pct(50), compliance(who, m), "fail")]


def groups(who, m, scene):
    """The groups of a card, (name, weight, lines), each line (weight, line, when missing)."""
    publish = at_least("publish_accuracy", publish_accuracy(who, m), pct(99) if scene == "企业服务" else pct(98))
    if scene == "电商":
        campaigns, items = CAMPAIGNS[who, m], ITEMS[who, m]
        ready = share(campaigns, lambda r: r["物料就绪"] is not None and r["物料就绪"] <= r["物料截止"])
        checks = div(total(CHECKS[who, m], "正确数"), total(CHECKS[who, m], "核单数"))
        later = m >= (2026, 4)
        return [
            ("execution", pct(30 if later else 35), [(pct(40), publish, "fail"), (pct(40), task_done(who, m), "fail"), (pct(20), at_least("order_check", checks, pct(99)), "fail")]),
            ("support", pct(30), [(pct(60), at_least("material_on_time", ready, ONE), "fail"), (pct(40), at_least("data_accuracy", div(total(items, "一致项"), total(items, "数据项")), ONE), "fail")]),
            ("users", pct(30 if later else 25), [(ONE, reply_time(who, m), "fail")]),
            teamwork(who, m),
        ]
    if scene == "新媒体":
        filed = share(REPORTS[who, m], lambda r: r["提交日期"] != "" and day(r["提交日期"]) <= day(r["应交日期"]))
        return [
            ("execution", pct(30), [(pct(60), publish, "fail"), (pct(40), archive(who, m), "fail")]),
            ("support", pct(35), [(pct(60), material_output(who, m, scene), "fail"), (pct(40), at_least("useful_reply", useful_reply(who, m), pct(90)), "fail")]),
            ("users", pct(25), [(pct(60), at_least("community_activity", community_activity(who, m), pct(60)), "fail"), (pct(40), at_least("reports_on_time", filed, ONE), "fail")]),
            teamwork(who, m),
        ]
    return [
        ("execution", pct(40), [(pct(40), publish, "fail"), (pct(30), task_done(who, m), "fail"), (pct(30), archive(who, m), "fail")]),
        ("support", pct(30), [(pct(70), material_output(who, m, scene), "fail"), (pct(30), case_line(who, m), "reweight")]),
        ("users", pct(20), [(ONE, anomaly_line(who, m), "full")]),
        teamwork(who, m),
    ]


# ---- cards

CARDS = {"电商": "ecommerce_card", "新媒体": "media_card", "企业服务": "enterprise_card"}


def combined(lines):
    """Σ weight × fraction and Σ weight × attainment of lines; none if one fails."""
    fraction, attainment, present = ZERO, ZERO, ZERO
    for weight, found, missing in lines:
        if found["fraction"] is None and missing == "fail":
            return None, None
        if found["fraction"] is None and missing == "reweight":
            continue
        of = (ONE, ONE) if found["fraction"] is None else (found["fraction"], found.get("counts", found["attainment"]))
        fraction, attainment, present = fraction + mul(weight, of[0]), attainment + mul(weight, of[1]), present + weight
    return (fraction, attainment) if present == ONE else (div(fraction, present), div(attainment, present))


def shown(found):
    """A line as kpi shows it: without what only counts for the card."""
    line = {k: v for k, v in found.items() if k not in ("fraction", "counts")}
    return {**line, "lines": [shown(part) for part in found["lines"]]} if "lines" in found else line


def card(who, m):
    scene = scene_of(who, m)
    lines, parts = [], []
    for name, weight, inside in groups(who, m, scene):
        fraction, attainment = combined(inside)
        lines.append({"indicator": name, "attainment": attainment, "lines": [shown(found) for _, found, _ in inside]})
        parts.append((weight, {"fraction": fraction, "attainment": attainment}, "fail"))
    if scene == "新媒体":
        given = total(REPLIES[who, m], "回复数")
        lines.append({"indicator": "replies_given", "actual": given, "attainment": min(div(given, F(400)), CAP), "status": "watched"})
    fraction, attainment = combined(parts)
    found = {"scorecard": CARDS[scene], "subject": who, "period": f"{m[0]}-{m[1]:02}", "lines": lines, "rules": []}
    if fraction is None:
        found |= {"status": "incomplete", "score": None, "attainment": None, "grade": None}
    else:
        score = min(max(rounded(100 * fraction, 2), ZERO), F(100))
        grade = "评优提名" if score >= 90 else "合格" if score >= 70 else "辅导"
        found |= {"status": "complete", "score": score, "attainment": rounded(attainment, 4), "grade": grade}
    if scene == "新媒体":
        mean_before = history(useful_reply, who, m)
        off = div(pct(90), mean_before)
        outcome = "not_judged" if off is None or fraction is None else "fired" if abs(off - 1) >= pct(15) else "not_fired"
        found["rules"] = [{"rule": "reply_target_far", "outcome": outcome}]
    return found


def recompute():
    cards = [card(who, m) for m in MONTHS for who in sorted(STAFF) if scene_of(who, m)]
    for found in cards:
        alike = lambda c: (c["scorecard"], c["period"]) == (found["scorecard"], found["period"]) and c["score"] is not None
        better = sum(1 for c in cards if alike(c) and found["score"] is not None and c["score"] > found["score"])
        found["rank"] = None if found["score"] is None else better + 1
    return cards


# ---- comparing

NUMBERS = {"score", "attainment", "actual"}


def number(x):
    x = x.get("value") if isinstance(x, dict) else x
    return None if x is None else F(x)


def differences(want, got, at):
    for key, value in want.items():
        found = number(got.get(key)) if key in NUMBERS else got.get(key)
        if isinstance(value, list):
            name = "indicator" if key == "lines" else "rule"
            found = {f[name]: f for f in found or []}
            if sorted(found) != sorted(v[name] for v in value):
                yield f"{at} {key}: has {sorted(found)}, not {sorted(v[name] for v in value)}"
            for v in value:
                if v[name] in found:
                    yield from differences(v, found[v[name]], f"{at} {v[name]}")
        elif found != value:
            yield f"{at} {key}: {found}, not {value}"


def compare(path):
    got = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    where = lambda c: (c["scorecard"], c["subject"], c["period"])
    found, wrong, want = {where(c): c for c in got["cards"]}, [], recompute()
    for each in want:
        other = found.pop(where(each), None)
        wrong += [f"{where(each)}: no such card"] if other is None else differences(each, other, " ".join(where(each)))
    wrong += [f"{at}: a card too many" for at in found]
    for text in wrong:
        print(text)
    print(f"{len(want)} cards compared, {len(wrong)} differences")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", metavar="FILE", help="what kpi run wrote")
    options = parser.parse_args()
    if options.compare:
        sys.exit(compare(options.compare))
    json.dump(recompute(), sys.stdout, ensure_ascii=False, indent=1, default=lambda x: str(float(x)))
    print()


if __name__ == "__main__":
    main()
