#!/usr/bin/env python3
"""Writes the exports of the operations assistants, always the same ones.

    python3 generate.py            writes exports/
    python3 generate.py --check    compares with what is there: names every file that differs, exit code 1

员工.csv and 用户提问.csv are in GB18030 (one declared in kpi.toml, one told by its headers), 素材与活动.xlsx is a workbook, all other
files are UTF-8.

Planted on purpose (the README says what each of them shows; tests pin them):

    E8    joins on 2026-02-16
    M8    leaves on 2026-03-20
    B8    is of new media until 2026-03, of enterprise services from 2026-04
    E1    exactly 98% conforming in 2026-01; E2 97.9%; E3 98.1%
    E2    no urgent task in 2026-02
    E6    everything late in 2026-05: below 70
    E3    a question of 2026-03-31 20:00 is never answered
    M1    exactly 15 copies and 30 images in 2026-01; M2 14 copies; M3 21 copies
    M4    no report is on time in 2026-02; M5 useful replies well below 90% all the time
    B1    no anomaly in 2026-03; one fed back after exactly 2 hours in 2026-04
    B2    five violations and more in 2026-02: nothing left of the line
    B3    rated by one department only in 2026-05
    B4    no rating at all in 2026-06: incomplete
    B5    joined 2026-01-01: no reviews of the three months before
    all   rows spoiled by product faults and outside traffic
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
SEED = 20261101
MONTHS = [(2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3), (2026, 4), (2026, 5), (2026, 6)]
SCENES = {"E": "电商", "M": "新媒体", "B": "企业服务"}
SURNAMES = "赵钱孙李周吴王冯卫蒋沈杨朱秦尤许何吕施张孔曹严华"
GIVEN = ["静怡", "浩然", "子涵", "雨桐", "建国", "思琪", "文轩", "佳琪", "志强", "晓燕", "梓萱", "明辉"]
CAUSES = ["产品故障", "外部流量"]


def first(m):
    return date(m[0], m[1], 1)


def after(m):
    return (m[0] + m[1] // 12, m[1] % 12 + 1)


def days(m):
    return [first(m) + timedelta(days=n) for n in range((first(after(m)) - first(m)).days)]


def people():
    """(id, name, scene, first day, last day or None), a row for each scene of a person."""
    found = []
    for letter, scene in SCENES.items():
        for n in range(1, 9):
            k = len(found)
            name = SURNAMES[k % len(SURNAMES)] + GIVEN[k * 5 % len(GIVEN)]
            start, end = date(2024, 3, 1), None
            if letter + str(n) == "E8":
                start = date(2026, 2, 16)
            if letter + str(n) == "M8":
                end = date(2026, 3, 20)
            if letter + str(n) == "B5":
                start = date(2026, 1, 1)
            if letter + str(n) == "B8":
                found.append((letter + str(n), name, "新媒体", start, date(2026, 3, 31)))
                start = date(2026, 4, 1)
            found.append((letter + str(n), name, scene, start, end))
    return found


STAFF = people()


def present(m):
    """(id, scene, the days of the month on which the person is there)."""
    for who, _, scene, start, end in STAFF:
        there = [d for d in days(m) if d >= start and (end is None or d <= end)]
        if there:
            yield who, scene, there


def workdays(there):
    return [d for d in there if d.weekday() < 5] or there


def at(day, minutes):
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)


def shown(moment):
    return moment.strftime("%Y-%m-%d %H:%M")


def yes(x):
    return "是" if x else "否"


class Random(random.Random):
    """A generator for one export, so that one export's rows do not move another's."""

    def __init__(self, name):
        super().__init__(f"{SEED} {name}")


def content():
    r = Random("content")
    planted = {("E1", (2026, 1)): (1000, 980), ("E2", (2026, 1)): (1000, 979), ("E3", (2026, 1)): (1000, 981)}
    for m in MONTHS:
        for who, _, there in present(m):
            if (who, m) in planted:
                whole, good = planted[who, m]
                yield who, there[0], whole // 2, good // 2, "本人"
                yield who, there[-1], whole - whole // 2, good - good // 2, "本人"
            else:
                for day in r.sample(workdays(there), min(6, len(workdays(there)))):
                    n = r.randint(20, 60)
                    yield who, day, n, n - (r.random() < 0.45) - (r.random() < 0.1) - (r.random() < 0.1) * 4, "本人"
            if r.random() < 0.4:
                n = r.randint(5, 15)
                yield who, r.choice(there), n, n // 3, r.choice(CAUSES)


def tasks():
    r, n = Random("tasks"), 0
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene == "新媒体":
                continue
            for _ in range(r.randint(18, 26)):
                n += 1
                due = at(r.choice(workdays(there)), 18 * 60)
                urgent = r.random() < 0.2 and (who, m) != ("E2", (2026, 2))
                late = r.random() < (0.01 if urgent else 0.05) or (who, m) == ("E6", (2026, 5)) and n % 2 == 0
                done = due + timedelta(minutes=r.randint(1, 3000)) if late else due - timedelta(minutes=r.choice([0, 5, 60, 600]))
                never = late and r.random() < 0.3
                cause = r.choice(CAUSES) if late and r.random() < 0.4 else "本人"
                yield f"T{n:05}", who, shown(due), "" if never else shown(done), yes(urgent), cause


def archives():
    r = Random("archives")
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene == "电商":
                continue
            for day in r.sample(workdays(there), min(4, len(workdays(there)))):
                n = r.randint(15, 40)
                yield who, day, n, n - (r.random() < 0.5) - (r.random() < 0.3)


def materials():
    r, n = Random("materials"), 0
    planted = {"M1": (15, 30), "M2": (14, 30), "M3": (21, 41)}
    for m in MONTHS:
        for who, scene, there in present(m):
            wanted = []
            if scene == "新媒体":
                copies, images = planted[who] if m == (2026, 1) and who in planted else (r.randint(14, 21), r.randint(29, 41))
                wanted = [("文案", copies), ("图片", images)]
            elif scene == "企业服务":
                wanted = [("案例", r.randint(7, 13))]
            for kind, good in wanted:
                for k in range(good + r.randint(1, 4)):
                    n += 1
                    yield f"S{n:05}", who, r.choice(there), kind, yes(k < good)


def replies():
    r = Random("replies")
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene == "新媒体":
                for day in r.sample(workdays(there), min(10, len(workdays(there)))):
                    n = r.randint(30, 60)
                    yield who, day, n, n * (70 if who == "M5" else r.randint(74, 97)) // 100


def campaigns():
    r, n = Random("campaigns"), 0
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene == "电商":
                for day in r.sample(there[2:] or there, min(4, len(there))):
                    n += 1
                    deadline = at(day - timedelta(days=1), 12 * 60)
                    late = r.random() < 0.12 or (who, m) == ("E6", (2026, 5))
                    ready = deadline + timedelta(minutes=r.randint(1, 300)) if late else deadline - timedelta(minutes=r.choice([0, 30, 600]))
                    yield f"C{n:04}", who, day, deadline, None if late and r.random() < 0.25 else ready


CAMPAIGNS = list(campaigns())


def items():
    r = Random("items")
    for name, _, day, _, _ in CAMPAIGNS:
        n = r.randint(10, 30)
        yield name, day, n, n - (r.random() < 0.15)


def questions():
    r, n = Random("questions"), 0
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene != "电商":
                continue
            for _ in range(r.randint(25, 40)):
                n += 1
                asked = at(r.choice(there), r.randint(8 * 60, 22 * 60))
                took = r.choice([2, 10, 25, 40, 60, 61, 90, 150]) if r.random() < 0.995 else 24 * 60 + 1
                took += 200 * ((who, m) == ("E6", (2026, 5)))
                yield f"Q{n:05}", who, shown(asked), shown(asked + timedelta(minutes=took))
            if (who, m) == ("E3", (2026, 3)):
                n += 1
                yield f"Q{n:05}", who, "2026-03-31 20:00", ""


def members():
    r, n = Random("members"), 0
    for who in sorted({person for person, _, scene, _, _ in STAFF if scene == "新媒体"}):
        for _ in range(30):
            n += 1
            joined = date(2025, 6, 1) + timedelta(days=r.randint(0, 300))
            left = joined + timedelta(days=r.randint(20, 200)) if r.random() < 0.2 else None
            yield f"U{n:04}", who, joined, left


MEMBERS = list(members())


def messages():
    r = Random("messages")
    for name, _, joined, left in MEMBERS:
        lively = r.random() < 0.75
        for m in MONTHS:
            there = [d for d in days(m) if d >= joined and (left is None or d <= left)]
            weeks = sorted({d.isocalendar()[:2] for d in there})
            for week in weeks:
                inside = [d for d in there if d.isocalendar()[:2] == week]
                for _ in range(r.choice([0, 1, 2, 2, 3]) if lively else r.choice([0, 0, 0, 1])):
                    yield name, shown(at(r.choice(inside), r.randint(8 * 60, 23 * 60)))


def reports():
    r, n = Random("reports"), 0
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene != "新媒体":
                continue
            for due in [d for d in there if d.weekday() == 0] + [there[-1]]:
                n += 1
                late = r.random() < 0.06 or (who, m) == ("M4", (2026, 2))
                filed = due + timedelta(days=r.randint(1, 3)) if late else due - timedelta(days=r.choice([0, 0, 1]))
                yield f"R{n:04}", who, due, "" if late and r.random() < 0.3 else filed


def anomalies():
    r, n = Random("anomalies"), 0
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene != "企业服务" or (who, m) == ("B1", (2026, 3)):
                continue
            for _ in range(r.choice([0, 1, 2, 3])):
                n += 1
                found = at(r.choice(there), r.randint(9 * 60, 18 * 60))
                took = r.choice([5, 30, 119, 120]) if r.random() < 0.92 else r.choice([121, 300])
                yield f"A{n:04}", who, shown(found), shown(found + timedelta(minutes=took))
            if (who, m) == ("B1", (2026, 4)):
                n += 1
                yield f"A{n:04}", who, "2026-04-10 09:00", "2026-04-10 11:00"


def ratings():
    r = Random("ratings")
    for m in MONTHS:
        there = [who for who, _, _ in present(m)]
        for who in there:
            if (who, m) == ("B4", (2026, 6)):
                continue
            departments = ["市场部"] if (who, m) == ("B3", (2026, 5)) else ["市场部", "产品部", "客服部"]
            for department in departments:
                for rater in r.sample([x for x in there if x != who], r.choice([1, 1, 2])):
                    yield who, rater, department, f"{m[0]}-{m[1]:02}", r.choice([2, 3, 4, 4, 4, 5])


def violations():
    r, n = Random("violations"), 0
    for m in MONTHS:
        for who, _, there in present(m):
            for _ in range(6 if (who, m) == ("B2", (2026, 2)) else r.choice([0] * 7 + [1, 1, 2])):
                n += 1
                yield f"V{n:03}", who, r.choice(there)


def checks():
    r = Random("checks")
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene == "电商":
                for day in r.sample(workdays(there), min(5, len(workdays(there)))):
                    n = r.randint(60, 140)
                    yield who, day, n, n - r.choice([0, 0, 1, 2])


def reviews():
    r = Random("reviews")
    for m in MONTHS:
        for who, scene, there in present(m):
            if scene == "企业服务":
                for _ in range(r.randint(2, 4)):
                    yield who, r.choice(there), r.choice(["3.5", "3.8", "4", "4.2", "4.5", "4.8"])


# ---- writing

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TEXT, DATE, TIME = 0, 1, 2
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def table(header, rows, encoding="utf-8"):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue().encode(encoding)


def workbook(sheets):
    """An .xlsx with these sheets, (name, header, kinds of the columns, rows): texts shared, dates and times as styled day numbers."""
    strings = {}

    def cell(ref, kind, value):
        if value is None:
            return ""
        if kind == TEXT:
            return f'<c r="{ref}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        if kind == DATE:
            return f'<c r="{ref}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        minutes = int((value - datetime(1899, 12, 30)).total_seconds()) // 60
        return f'<c r="{ref}" s="2"><v>{minutes / 1440!r}</v></c>'

    files = {}
    for n, (_, header, kinds, rows) in enumerate(sheets, 1):
        lines = []
        for r, row in enumerate([header, *rows], 1):
            of_row = [TEXT] * len(header) if r == 1 else kinds
            cells = "".join(cell(f"{'ABCDEFG'[c]}{r}", kind, value) for c, (kind, value) in enumerate(zip(of_row, row)))
            lines.append(f'<row r="{r}">{cells}</row>')
        files[f"xl/worksheets/sheet{n}.xml"] = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    texts = "".join(f"<si><t>{escape(s)}</t></si>" for s in strings)
    files["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="{len(strings)}">{texts}</sst>'
    files["xl/styles.xml"] = STYLES
    named = "".join(f'<sheet name="{escape(s[0])}" sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, 1))
    files["xl/workbook.xml"] = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'
    links = [(f"worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(sheets) + 1)]
    links += [("styles.xml", "styles"), ("sharedStrings.xml", "sharedStrings")]
    related = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{to}"/>' for n, (to, kind) in enumerate(links, 1))
    files["xl/_rels/workbook.xml.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>'
    files["_rels/.rels"] = (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
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
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        for name in sorted(files):
            book.writestr(zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0)), files[name])
    return out.getvalue()


def exports():
    return {
        "员工.csv": table("工号 姓名 场景 生效日期 截止日期", STAFF, "gb18030"),
        "内容发布.csv": table("负责人 日期 发布数 合规数 原因", content()),
        "任务.csv": table("任务号 负责人 截止时间 完成时间 紧急 原因", tasks()),
        "物料归档.csv": table("负责人 归档日期 归档数 合规数", archives()),
        "素材与活动.xlsx": workbook([
            ("素材库", ["素材号", "负责人", "日期", "类型", "达标"], [TEXT, TEXT, DATE, TEXT, TEXT], materials()),
            ("活动计划", ["活动号", "负责人", "活动日期", "物料截止", "物料就绪"], [TEXT, TEXT, DATE, TIME, TIME], CAMPAIGNS),
        ]),
        "评论回复.csv": table("负责人 日期 回复数 有效回复数", replies()),
        "活动数据.csv": table("活动号 核对日期 数据项 一致项", items()),
        "用户提问.csv": table("问题号 负责人 提问时间 回复时间", questions(), "gb18030"),
        "社群成员.csv": table("成员号 负责人 入群日期 退群日期", MEMBERS),
        "社群发言.csv": table("成员号 发言时间", messages()),
        "报表.csv": table("报表号 负责人 应交日期 提交日期", reports()),
        "数据异常.csv": table("异常号 负责人 发现时间 反馈时间", anomalies()),
        "协作评分.csv": table("被评人 评分人 评分部门 月份 评分", ratings()),
        "违规记录.csv": table("违规号 责任人 日期", violations()),
        "核单.csv": table("负责人 日期 核单数 正确数", checks()),
        "案例评分.csv": table("负责人 日期 得分", reviews()),
    }


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


if __name__ == "__main__":
    main()
