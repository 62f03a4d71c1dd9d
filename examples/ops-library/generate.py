#!/usr/bin/env python3
"""Writes the exports of the example: what warehouse, ERP, finance and service desk of a shop would hold, January 2025 to June 2026.

    python3 generate.py             writes exports/ beside this file
    python3 generate.py --to DIR    writes them into DIR
    python3 generate.py --check     writes nothing; exit code 1 if exports/ differs from what would be written

The data are invented, and always the same: every number comes from one seeded generator. No column holds what a formula of the
policy computes. Nothing here knows the policy.

库存.csv, 渠道.csv, 渠道投放.csv and 报表.csv are in GB18030, 财务.xlsx is a workbook, all other files are UTF-8.

Planted on purpose (the README says what each of them shows; tests pin them):

    U7    joins as a user operator on 2026-03-16
    U5    looks after a growing business until 2026-03, a mature one from 2026-04
    C4    a channel whose users leave: far below the others from February to May 2026, after January
    H3    has no sales campaign that ends in 2026-02
    H1    a campaign runs from 2026-02-20 to 2026-03-10
    H2    exactly 100 buyers ÷ 1250 visitors = 8% in 2026-05; H4 no complaint and no slip in 2026-04
    M1    inventory days fall from about 65 to about 50, storage costs by more than 15%, the margin rises by more than 2 points
    M5    exactly 45 days of inventory in 2026-02
    M2    a margin of exactly 20% in 2026-03; its last SKU sells 3 to 5 pieces a month
    D1    and D2 are perfect in 2026-01: a tie
    D4    no adopted suggestion in 2026-03, one in 2026-04
    D5    no request of 2026-05 is answered yet
    D6    late with a quarter of the reports in 2026-03 and 2026-04
    U1    only two reports rated their lead in 2026-02; D6 no rating by customers in 2026-02; D2 one rating of 1 in 2026-05
    内部账号  users who are accounts of the house itself
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
SEED = 20260702
MONTHS = [(2025, m) for m in range(1, 13)] + [(2026, m) for m in range(1, 7)]
LATE = [m for m in MONTHS if m >= (2025, 10)]
END = date(2026, 6, 30)
PEOPLE = {"U": "用户运营", "M": "商品运营", "H": "活动运营", "D": "数据运营"}
STAGES = ["导入期", "成长期", "成熟期"]
SURNAMES = "陈林黄郑谢郭罗梁宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶"
GIVEN = "若溪明远思源嘉禾子航雨晴文博佳宁泽宇心怡俊杰诗涵睿哲晓彤"

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


def yes(truth):
    return "是" if truth else "否"


class Numbers:
    """Running numbers with a prefix."""

    def __init__(self, prefix, digits):
        self.prefix, self.digits, self.n = prefix, digits, 0

    def __call__(self):
        self.n += 1
        return f"{self.prefix}{self.n:0{self.digits}}"


# ---- people

STAGE = {"U1": 0, "U2": 0, "U3": 1, "U4": 1, "U5": 1, "U6": 2, "U7": 0}


def roster():
    """Rows: id, name, role, stage, first day, last day or none."""
    rows, n = [], 0
    for letter, role in PEOPLE.items():
        for i in range(1, 8 if letter == "U" else 7):
            n += 1
            first = (n * 5) % (len(GIVEN) - 1)
            name = SURNAMES[n % len(SURNAMES)] + GIVEN[first : first + (1 if n % 4 == 0 else 2)]
            key = f"{letter}{i}"
            stage = STAGES[STAGE.get(key, 1)]
            if key == "U5":
                rows.append([key, name, role, "成长期", date(2024, 3, 1), date(2026, 3, 31)])
                rows.append([key, name, role, "成熟期", date(2026, 4, 1), ""])
            else:
                rows.append([key, name, role, stage, date(2026, 3, 16) if key == "U7" else date(2024, 1 + n % 12, 1), ""])
    return rows


OWNERS = [f"U{i}" for i in range(1, 8)]
CHANNELS = {"C1": "应用商店", "C2": "信息流", "C3": "老带新", "C4": "网盟"}


def there(owner, day):
    return owner != "U7" or day >= date(2026, 3, 16)


# ---- users


def users():
    rows, number = [], Numbers("K", 5)
    for ym in MONTHS:
        for owner in OWNERS:
            days = [d for d in days_of(*ym) if there(owner, d)]
            if not days:
                continue
            base = {"U1": 22, "U2": 26, "U3": 34, "U4": 30, "U5": 32, "U6": 28, "U7": 20}[owner]
            grown = {"U1": 1.45, "U2": 1.1, "U3": 1.3, "U4": 1.22, "U5": 1.15, "U6": 1.0, "U7": 1.0}[owner] if ym[0] == 2026 else 1
            for _ in range(round(near(base * grown * len(days) / 30, 0.08))):
                channel = pick(["C1", "C1", "C1", "C2", "C2", "C2", "C3", "C3", "C4", "C4"])
                internal = chance(0.02)
                rows.append([number(), channel, owner, pick(days), yes(chance(0.06)), pick([0] * 7 + [1, 1, 2]), yes(internal)])
    return sorted(rows, key=lambda r: (r[3], r[0]))


def activity(registered):
    seen = set()
    for key, channel, owner, day, _, _, internal in registered:
        if day < date(2025, 9, 1):
            continue
        ahead = [(0, {"U1": 0.66, "U2": 0.58}.get(owner, 0.62)), (7, {"U1": 0.45, "U2": 0.36}.get(owner, 0.41))]
        bad = channel == "C4" and date(2026, 1, 1) <= day <= date(2026, 4, 26)
        stays = 0.10 if bad else {"C1": 0.36, "C2": 0.33, "C3": 0.40, "C4": 0.43}[channel]
        ahead += [(30, stays + {"U6": 0.04, "U3": 0.03}.get(owner, 0))]
        ahead += [(whole(1, 90), 0.5), (whole(1, 90), 0.3), (whole(31, 160), 0.3)]
        for apart, p in ahead:
            if chance(p) and day + timedelta(days=apart) <= END:
                seen.add((day + timedelta(days=apart), key))
    return [[key, day] for day, key in sorted(seen)]


def spend():
    rows = []
    for ym in LATE:
        for owner in OWNERS:
            days = [d for d in days_of(*ym) if there(owner, d)]
            for day in days[::5]:
                rows.append([day, pick(list(CHANNELS)), owner, yuan(near({"U1": 260, "U2": 250, "U3": 330, "U4": 340, "U5": 300, "U6": 180, "U7": 160}[owner], 0.15))])
    return rows


# ---- campaigns

BRAND = {"H1": 0, "H2": 1, "H3": 0, "H4": 1, "H5": 0, "H6": 1}


def campaigns():
    """Rows: id, name, owner, objective, first day, last day, participants."""
    rows, number = [], Numbers("A", 3)
    for i, ym in enumerate(LATE):
        days = list(days_of(*ym))
        for owner in BRAND:
            if (owner, ym) != ("H3", (2026, 2)):
                start = whole(1, 12)
                first, last = days[start - 1], days[start + whole(5, 12)]
                if (owner, ym) == ("H1", (2026, 3)):
                    first, last = date(2026, 2, 20), date(2026, 3, 10)
                rows.append([number(), pick(["会员日", "焕新节", "囤货节", "直降周"]), owner, "销售", first, last, whole(900, 1400)])
            if i % 2 == BRAND[owner]:
                start = whole(3, 10)
                rows.append([number(), pick(["品牌故事", "新品预热", "校园行"]), owner, "品牌", days[start], days[start + whole(6, 14)], whole(600, 900)])
    return rows


def inside(run):
    return run[4] + timedelta(days=whole(0, (run[5] - run[4]).days))


def is_month(run, ym):
    return (run[5].year, run[5].month) == ym


def fees(runs):
    rows = []
    for n, run in enumerate(runs):
        money = near({"H1": 2100, "H2": 1900, "H3": 2300, "H4": 1700, "H5": 2600, "H6": 1800}[run[2]], 0.12)
        if run[2] == "H4" and run[5] >= date(2026, 4, 1):
            money *= 0.8
        for share in (0.5, 0.3, 0.2):
            rows.append([run[0], inside(run), f"{round(money * share, 2):.2f}"])
    return rows


def visits(runs):
    rows = []
    for run in runs:
        day = run[4]
        n = (run[5] - run[4]).days + 1
        exact = run[2] == "H2" and is_month(run, (2026, 5))
        for i in range(n):
            if exact:
                visitors, buyers = (1250 // n + (1250 % n if i == 0 else 0)), (100 // n + (100 % n if i == 0 else 0))
            else:
                visitors = whole(50, 120)
                buyers = round(visitors * near(0.083, 0.25))
            impressions = round(visitors * near(32, 0.1))
            rows.append([run[0], day, impressions, visitors + whole(0, 20), visitors, buyers])
            day += timedelta(days=1)
    return rows


def complaints(runs):
    rows, number = [], Numbers("T", 4)
    for run in runs:
        if run[2] == "H4" and is_month(run, (2026, 4)):
            continue
        for _ in range(round(run[6] * near({"H5": 0.0075}.get(run[2], 0.005), 0.4))):
            rows.append([number(), run[0], inside(run)])
    return rows


def slips(runs):
    rows, number = [], Numbers("E", 3)
    for run in runs:
        if run[2] == "H4" and is_month(run, (2026, 4)):
            continue
        for _ in range(pick([0, 0, 1, 1, 2, 3] if run[2] == "H5" else [0, 0, 0, 1, 1, 2])):
            rows.append([number(), run[0], inside(run)])
    return rows


def leads(runs):
    rows, number = [], Numbers("X", 4)
    for run in runs:
        if run[3] == "品牌":
            for _ in range(whole(20, 32)):
                rows.append([number(), run[0], inside(run), yes(chance(0.31))])
    return rows


def orders(registered, runs):
    rows = []
    for key, _, _, day, *_ in registered:
        if day < date(2025, 9, 1):
            continue
        if chance(0.17):
            when = day + timedelta(days=whole(0, 7))
            if when <= END:
                rows.append([key, "", when, near(160, 0.4)])
        for _ in range(whole(0, 1)):
            when = day + timedelta(days=whole(8, 120))
            if when <= END and chance(0.6):
                rows.append([key, "", when, near(190, 0.4)])
    old = [r for r in registered if r[3] >= date(2025, 3, 1)]
    for run in runs:
        known = [r[0] for r in old if r[3] <= run[4]]
        for _ in range(whole(20, 34) if run[3] == "销售" else whole(2, 5)):
            rows.append([pick(known), run[0], inside(run), near(320, 0.3)])
    number = Numbers("D", 5)
    rows.sort(key=lambda r: (r[2], r[0], r[1]))
    return [[number(), r[0], r[1], r[2], yuan(r[3]), yuan(r[3] * between(0.5, 0.64))] for r in rows]


# ---- goods


def goods():
    """SKU, name, owner, finished, promoted, price."""
    rows, number = [], Numbers("S", 3)
    for owner in [f"M{i}" for i in range(1, 7)]:
        for i, kind in enumerate(["保温杯", "收纳箱", "香薰机", "替换芯"]):
            rows.append([number(), kind, owner, yes(i < 3), yes(i == 2), round(near(120, 0.5))])
    return rows


def stock(products):
    rows = []
    for ym in LATE:
        for day in days_of(*ym):
            for i, (key, _, owner, _, _, price) in enumerate(products):
                last = i % 4 == 3
                unit = round(price * 0.76, 2)
                if owner == "M5" and ym == (2026, 2):
                    sold, value = 2, 45 * 2 * unit
                elif owner == "M2" and last:
                    sold = 1 if day.day <= {0: 3, 1: 4, 2: 5}[day.month % 3] else 0
                    value = 60 * unit
                else:
                    sold = pick([0, 1, 2, 2, 3, 4])
                    cover = {"M1": 65 if ym < (2026, 2) else 65 - 5 * (ym[1] - 1) if ym < (2026, 5) else 50, "M2": 42, "M3": 38, "M4": 47, "M5": 44, "M6": 52}[owner]
                    value = near(cover * 2 * unit, 0.05)
                fee = value * (0.0016 if owner == "M1" and ym >= (2026, 4) else 0.0018)
                rows.append([day, key, yuan(value), yuan(fee), sold, yuan(sold * price), yuan(sold * unit)])
    return rows


def finance():
    rows = []
    for ym in LATE:
        for owner in [f"M{i}" for i in range(1, 7)]:
            for key, size in ((True, 52000), (False, 61000)):
                revenue = round(near(size, 0.2))
                margin = {"M1": 0.20 if ym < (2026, 2) else 0.232, "M2": 0.205, "M3": 0.24, "M4": 0.215, "M5": 0.225, "M6": 0.19}[owner]
                cost = round(revenue * (1 - near(margin, 0.05)))
                if (owner, ym) == ("M2", (2026, 3)):
                    revenue, cost = (50000, 41000) if key else (60000, 47000)
                rows.append([date(*ym, 1), owner, yes(key), revenue, cost])
    return rows


# ---- data

ANALYSTS = [f"D{i}" for i in range(1, 7)]
DATA_MONTHS = [m for m in MONTHS if m >= (2025, 12)]


def perfect(who, ym):
    return who in ("D1", "D2") and ym == (2026, 1)


def reports():
    rows, number = [], Numbers("R", 4)
    for ym in DATA_MONTHS:
        days = [d for d in days_of(*ym) if d.weekday() < 5]
        for who in ANALYSTS:
            for k in range(16):
                due = days[k * len(days) // 16]
                late = not perfect(who, ym) and who != "D1" and chance(0.06)
                if who == "D6" and ym in ((2026, 3), (2026, 4)):
                    late = k % 4 == 0
                filed = "" if late and chance(0.3) else due + timedelta(days=whole(1, 4)) if late else due - timedelta(days=whole(0, 2))
                if filed and filed > END:
                    filed = ""
                error = who != "D3" and not perfect(who, ym) and chance(0.03)
                rows.append([number(), who, due, filed, yes(error), yes(chance(0.33))])
    return rows


def suggestions():
    rows, number = [], Numbers("Y", 3)
    for i, ym in enumerate(DATA_MONTHS):
        days = list(days_of(*ym))
        for who in ANALYSTS:
            taken = 1 + (i + int(who[1])) % 3
            if who in ("D1", "D2"):
                taken = 2 + i
            if who == "D4":
                taken = {(2026, 3): 0, (2026, 4): 1}.get(ym, taken)
            for k in range(taken):
                rows.append([number(), who, pick(days), "是", "是"])
            for k in range(whole(0, 2)):
                adopted = chance(0.5)
                rows.append([number(), who, pick(days), yes(adopted), "否"])
    return rows


def requests():
    rows, number = [], Numbers("Q", 4)
    for ym in DATA_MONTHS:
        days = [d for d in days_of(*ym) if d.weekday() < 5]
        for who in ANALYSTS:
            for _ in range(whole(5, 8)):
                day = pick(days)
                asked = datetime(day.year, day.month, day.day, whole(9, 14), whole(0, 59))
                hours = near(2.5 if perfect(who, ym) else {"D1": 3.2, "D2": 3.6, "D6": 4.6}.get(who, 3.9), 0.25)
                answered = asked + timedelta(minutes=round(hours * 60))
                open_still = (who == "D5" and ym == (2026, 5)) or (not perfect(who, ym) and chance(0.05))
                rows.append([number(), who, f"{asked:%Y-%m-%d %H:%M}", "" if open_still else f"{answered:%Y-%m-%d %H:%M}"])
    return rows


def pilots():
    rows, number = [], Numbers("P", 3)
    for ym in DATA_MONTHS:
        for who in ANALYSTS:
            if chance(0.6):
                rows.append([number(), who, pick(list(days_of(*ym)))])
    return rows


def ratings():
    rows, number = [], Numbers("F", 4)
    for ym in DATA_MONTHS:
        for row in dict.fromkeys(r[0] for r in roster()):
            if row == "U7" and ym < (2026, 3):
                continue
            good = {"1": 0.75, "2": 0.7, "3": 0.6, "4": 0.55, "5": 0.5, "6": 0.4}.get(row[1], 0.5)
            many = [("服务部门", 3), ("主要客户", 0 if (row, ym) == ("D6", (2026, 2)) else 2)]
            if row[1] == "1":
                many.append(("下属匿名", 2 if (row, ym) == ("U1", (2026, 2)) else 4))
            for kind, times in many:
                for k in range(times):
                    value = 5 if perfect(row, ym) else pick([5, 5, 4]) if chance(good) else pick([4, 4, 3])
                    if (row, ym, kind, k) == ("D2", (2026, 5), "主要客户", 0):
                        value = 1
                    rows.append([number(), row, kind, month_text(ym), value])
    return rows


# ---- files

TEXT, DATE, MONEY, PERCENT, DATE_DAY = 0, 1, 2, 3, 4
STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="&quot;¥&quot;#,##0.00"/></numFmts>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
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
        if kind in (DATE, DATE_DAY):
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
            packed.writestr(zipfile.ZipInfo(name, (2026, 7, 2, 0, 0, 0)), files.pop(name))
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 7, 2, 0, 0, 0)), text)
    return out.getvalue()


def table(header, rows, encoding="utf-8"):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def exports():
    """Every file by name."""
    files = {}
    files["员工.csv"] = table("工号 姓名 岗位 业务阶段 生效日期 截止日期", roster())
    files["渠道.csv"] = table("渠道编号 渠道名称", CHANNELS.items(), "gb18030")
    registered = users()
    files["用户.csv"] = table("用户编号 渠道 负责人 注册日期 分享过 成功邀请数 内部账号", registered)
    files["活跃.csv"] = table("用户 日期", activity(registered))
    files["渠道投放.csv"] = table("日期 渠道 负责人 投放费用", spend(), "gb18030")
    runs = campaigns()
    files["活动.csv"] = table("活动编号 活动名称 负责人 活动目标 开始日期 结束日期 参与人数", runs)
    files["订单.csv"] = table("订单号 用户 活动 下单日期 实付金额 商品成本", orders(registered, runs))
    files["活动页.csv"] = table("活动编号 日期 资源位曝光 资源位点击 访客数 购买人数", visits(runs))
    files["活动投诉.csv"] = table("投诉单号 活动编号 日期", complaints(runs))
    files["执行差错.csv"] = table("差错单号 活动编号 日期", slips(runs))
    files["线索.csv"] = table("线索编号 活动编号 日期 有效", leads(runs))
    products = goods()
    files["商品.csv"] = table("商品编码 商品名称 负责人 成品 主推款 售价", products)
    files["库存.csv"] = table("日期 商品编码 库存金额 仓储费 销量 销售额 销售成本", stock(products), "gb18030")
    files["财务.xlsx"] = workbook([
        ("说明", ["财务部按月维护"], [TEXT], [["品类损益：各负责人重点与非重点品类的收入与成本"], ["活动费用：活动的全部费用，含物料、投放、人工"]]),
        ("品类损益", ["月份", "负责人", "重点品类", "收入", "成本"], [DATE, TEXT, TEXT, MONEY, MONEY], finance()),
        ("活动费用", ["活动编号", "日期", "金额"], [TEXT, DATE_DAY, MONEY], fees(runs)),
    ])
    files["报表.csv"] = table("报表编号 负责人 应交日期 交付日期 被报差错 含可执行建议", reports(), "gb18030")
    files["分析建议.csv"] = table("建议编号 负责人 会议日期 采纳 落地", suggestions())
    files["临时需求.csv"] = table("需求编号 负责人 提出时间 交付时间", requests())
    files["数据试点.csv"] = table("试点编号 负责人 启动日期", pilots())
    files["评分.csv"] = table("评分编号 被评人 评价方 月份 响应速度", ratings())
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
