"""A realistic workbook of invented data, with the habits of real offices.

Every title, number and name is invented; only the offices are real. The same seed and
end date give the same bytes. What is modelled: most work from March to November and few
finishes in December, small and remote offices slower, an office's weak steps staying
weak from year to year, reports that never come, optional steps skipped with a reason,
units and dates written in several ways, and a few contradictory dates.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from sop_core.calendar import WorkingCalendar, build, read_overrides
from sop_core.definition import Revision, Step, load_revisions
from sop_core.exporting import Table, to_xlsx
from sop_core.flows import annual_report_id, national_ids, quarter_id
from sop_core.importing.contract import DEMO_PREFIX, DEMO_SHEET, SHEETS
from sop_core.indonesian import format_date
from sop_core.indonesian import today as jakarta_today
from sop_core.units import UPT_KINDS, Unit, read_units

FIRST_YEAR = 2024
_FLOW_SHARE = {"A": 30, "B": 40, "C": 22, "D": 8}
_FLOW_CODE = {"A": "ADV", "B": "PDP", "C": "PBM", "D": "FKP"}
_KIND_WEIGHT = {"balai_besar": 3.0, "balai": 2.0, "loka": 1.0, "pusat": 1.2}
_MONTH_WEIGHT = (5, 11, 13, 8, 12, 13, 13, 11, 8, 4, 2, 0)
_NO_NORM_DAYS = {"A.3": (1, 4), "A.5": (8, 45), "B.3": (1, 10), "B.5": (15, 60), "C.3": (2, 15), "D.4": (5, 30)}  # fmt: skip
_COMMODITIES = ("Pangan Olahan", "Obat Tradisional", "Suplemen Kesehatan", "Kosmetik", "Obat")
_COMMODITY_WEIGHT = {"A": (40, 15, 8, 17, 20), "B": (48, 22, 6, 24, 0), "C": (45, 20, 8, 22, 5), "D": (100, 0, 0, 0, 0)}  # fmt: skip
_TITLES = {
    "A": (
        "Advokasi keamanan {product} kepada Pemerintah Daerah {place}",
        "Audiensi penguatan koordinasi pengawasan {product} di {place}",
        "FGD kemandirian pelaku usaha {product} {place}",
        "Workshop regulasi {product} bersama organisasi profesi {place}",
        "Advokasi Desa Pangan Aman {place}",
        "Advokasi Pasar Aman dari Bahan Berbahaya {place}",
    ),
    "B": (
        "Bimbingan teknis cara produksi yang baik {product} bagi UMKM {place}",
        "Pendampingan registrasi {product} UMKM {place}",
        "Pendampingan CAPA sarana produksi {product} {place}",
        "Konsultasi pemenuhan persyaratan sertifikasi {product} {place}",
        "Fasilitasi penerapan IP-CPPOB UMK {place}",
    ),
    "C": (
        "Bimtek kader keamanan {product} {place}",
        "KIE {product} aman kepada masyarakat {place}",
        "Pembentukan duta {product} aman sekolah {place}",
        "Pembentukan kader komunitas PKK {place}",
    ),
    "D": ("Angkatan {number} fasilitator keamanan pangan {place}",),
}
_FORMS = {
    "A": ("focus group discussion", "audiensi", "workshop"),
    "B": ("bimbingan teknis", "konsultasi", "pendampingan", "workshop"),
    "C": ("bimbingan teknis", "KIE", "bimtek komunitas"),
    "D": ("pelatihan berbasis kompetensi",),
}
_FIRST = ("Arini", "Bagas", "Candra", "Dewi", "Eka", "Fajar", "Gita", "Hendra", "Indah", "Joko",
          "Kartika", "Lestari", "Mulyono", "Nirmala", "Oka", "Pratiwi", "Rahmat", "Sekar", "Teguh",
          "Utami", "Vina", "Wahyu", "Yulia", "Zainal")  # fmt: skip
_LAST = ("Adinata", "Baskara", "Cempaka", "Danurwendo", "Ekasari", "Firmansah", "Gunarta",
         "Hapsara", "Indrajaya", "Jayantaka", "Kusumaputra", "Laksmana", "Manggala", "Nararya",
         "Padmasari", "Ranggawuni", "Saraswara", "Tirtakencana", "Wirabumi")  # fmt: skip
_RECOMMENDATIONS = (
    "Menyusun rencana aksi daerah pengawasan {product}",
    "Melengkapi dokumen pengajuan izin {product}",
    "Memperbaiki tata letak dan sanitasi sarana produksi",
    "Menunjuk petugas penghubung pada dinas terkait",
    "Melanjutkan pendampingan hingga sertifikat terbit",
    "Memutakhirkan materi edukasi di sekolah dan pasar",
)


# The rows of each sheet, their cells by field: a column that the demo does not fill is blank.
_Rows = dict[str, list[dict[str, Any]]]


def demo_workbook(cases: int = 6000, seed: int = 2022, until: dt.date | None = None) -> bytes:
    """An .xlsx of about three years of work, from 2024 up to ``until`` (default today).

    ``cases`` counts activities, annual reports and national cycles together; of these at
    most a quarter are reports and cycles. Raises ValueError for a count below 1 or an end
    before 2024.
    """
    until = until or jakarta_today()
    if cases < 1 or until.year < FIRST_YEAR:
        raise ValueError("cases minimal 1 dan until minimal tahun 2024")
    rows = _Maker(seed, until).make(cases)
    notice = [
        ["Seluruh isi buku kerja ini rekaan: kegiatan, tanggal, dan nama orang bukan data nyata."],
        [f"Dibuat oleh pantau demo, benih {seed}, sampai {format_date(until)}."],
    ]
    tables = [Table(DEMO_SHEET, ["DATA DEMO"], notice, {"DATA DEMO": 90})]
    tables += [
        Table(
            sheet.name,
            [c.name for c in sheet.columns],
            [[row.get(c.field) for c in sheet.columns] for row in rows[sheet.table]],
        )
        for sheet in SHEETS
    ]
    return to_xlsx(tables)


class _Maker:
    def __init__(self, seed: int, until: dt.date) -> None:
        self.random = random.Random(seed)
        self.slips = random.Random(f"{seed} urutan")  # apart: the rest stays as it was without
        self.until = until
        self.calendar = WorkingCalendar(build(read_overrides()))
        self.revision: Revision = load_revisions()[-1]
        self.units = [u for u in read_units() if u.kind != "nasional"]
        self.pace = {u.code: self._pace(u) for u in self.units}
        self.weak_step: dict[tuple[str, str], float] = {}
        self.unit_of: dict[str, str] = {}
        # How well an office looks after what it recommended.
        self.care = {u.code: min(0.97, max(0.4, self.random.gauss(0.82, 0.1))) for u in self.units}
        self.rows: _Rows = {s.table: [] for s in SHEETS}

    def _pace(self, unit: Unit) -> float:
        slow = {"balai_besar": 0.9, "balai": 0.98, "loka": 1.1, "pusat": 0.9}[unit.kind]
        slow *= {"WIB": 1.0, "WITA": 1.04, "WIT": 1.16}[unit.timezone]
        return slow * math.exp(self.random.gauss(0, 0.08))

    def make(self, cases: int) -> _Rows:
        owed = self._reports_and_cycles()
        owed = owed[: cases // 4] if len(owed) > cases // 4 else owed
        for number in range(1, cases - len(owed) + 1):
            self._activity(number)
        for write in owed:
            write()
        self._leave_a_rekap_waiting()
        self._contradict(max(3, len(self.rows["step_record"]) // 5000))
        self._targets()
        self._earlier_people()
        return self.rows

    # ------------------------------------------------------------ activities

    def _activity(self, number: int) -> None:
        pick = self.random
        years = range(FIRST_YEAR, self.until.year + 1)
        year = pick.choices(years, [1 + 0.1 * (y - FIRST_YEAR) for y in years])[0]
        flow = pick.choices("ABCD", [_FLOW_SHARE[f] for f in "ABCD"])[0]
        units = [u for u in self.units if u.kind != "pusat" or flow != "C"]
        unit = pick.choices(units, [_KIND_WEIGHT[u.kind] for u in units])[0]
        product = pick.choices(_COMMODITIES, _COMMODITY_WEIGHT[flow])[0]
        tail = unit.code.partition("-")[2]
        case_id = f"{DEMO_PREFIX}{_FLOW_CODE[flow]}-{tail}-{year}-{number:04d}"
        place = unit.city or "tingkat pusat"
        self.unit_of[case_id] = unit.code
        title = pick.choice(_TITLES[flow]).format(
            product=product, place=place, number=pick.randint(1, 4)
        )
        self.rows["activity"].append(
            {
                "case_id": case_id, "flow": flow, "year": year, "unit_code": self._spelled(unit),
                "title": title,
                "stakeholder": pick.choices("abcdefg", (6, 30, 6, 22, 8, 14, 14))[0],
                "commodity": product,
                "form": pick.choice(_FORMS[flow]),
                "function": pick.choice(("fasilitator", "CAPA")) if flow == "B" else None,
                "joint_with_center":
                    "ya" if unit.kind != "pusat" and pick.random() < 0.08 else "tidak",
                "proposal_source":
                    pick.choice(("inisiasi unit", "permintaan pemangku kepentingan")),
                "participants": pick.randint(15, 120),
                "cadres": pick.randint(10, 60) if flow == "C" else None,
            }
        )  # fmt: skip
        finishes = self._steps(case_id, flow, unit, self._first_day(year))
        self._people(case_id, flow, unit, finishes)
        self._recommend(case_id, flow, unit, product, finishes)

    def _first_day(self, year: int) -> dt.date:
        month = self.random.choices(range(1, 13), _MONTH_WEIGHT)[0]
        day = dt.date(year, month, self.random.randint(1, 28))
        return self.calendar.first_working_day_after(day)

    def _spelled(self, unit: Unit) -> str:
        if unit.kind == "pusat" or self.random.random() > 0.03:
            return unit.code
        city = unit.city
        return self.random.choice(
            (unit.name, unit.name.upper(), unit.name.replace("Kabupaten", "Kab."),
             city.upper().replace(" ", ""), unit.name + " ")
        )  # fmt: skip

    def _steps(self, case_id: str, flow: str, unit: Unit, first: dt.date) -> dict[int, dt.date]:
        """Write an activity's steps; returns when each finished."""
        steps = [s for s in self.revision.flow_steps(flow) if s.level == "activity"]
        skipped = self._skipped(flow)
        gives_up_at = self.random.randint(2, len(steps)) if self.random.random() < 0.012 else 99
        finishes: dict[int, dt.date] = {}
        ready, before_known = first, False
        for step in steps:
            if step.no in skipped:
                self._step_row(case_id, step, None, None, "ya", skipped[step.no])
                continue
            start = self.calendar.add(ready, self.random.choice((0, 0, 0, 1, 2)))
            finish = self._not_december(start, self.calendar.add(start, self._duration(step, unit)))
            if start > self.until or step.no >= gives_up_at:
                break
            explicit = not before_known or self.random.random() < 0.85
            if finish > self.until:
                if explicit:
                    self._step_row(case_id, step, start, None)
                break
            is_report = step.code in {"A.4", "B.4", "C.4"}
            if is_report and self.random.random() < 0.008:
                before_known = False
            else:
                self._step_row(case_id, step, start if explicit else None, finish)
                finishes[step.no] = finish
                before_known = True
            ready = finish
        return finishes

    def _not_december(self, start: dt.date, finish: dt.date) -> dt.date:
        """Books close in December: work is hurried into November or waits for January."""
        if finish.month != 12 or self.random.random() < 0.3:
            return finish
        hurried = dt.date(finish.year, 11, self.random.randint(16, 30))
        if hurried >= start and self.random.random() < 0.6:
            return hurried
        return self.calendar.add(dt.date(finish.year, 12, 31), self.random.randint(2, 15))

    def _skipped(self, flow: str) -> dict[int, str]:
        if flow != "D":
            return {}
        path = self.random.random()
        if path < 0.45:
            reason = "Sertifikasi kompetensi tidak dianggarkan; dilanjutkan ke monitoring"
            return dict.fromkeys((4, 5, 6), reason)
        if path < 0.75:
            return dict.fromkeys((5, 6), "Pengakuan bersifat tidak wajib; peserta tidak mengajukan")
        return {}

    def _duration(self, step: Step, unit: Unit) -> int:
        if step.sla_days is None:
            low, high = _NO_NORM_DAYS[step.code]
            usual = self.random.triangular(low, high, low) * self.pace[unit.code]
            return max(1, round(usual * self._habit(unit, step, 0.04, 0.9, 0.0)))
        habit = self._habit(unit, step, 0.08, 0.35, -0.06)
        usual = step.sla_days * 0.78 * self.pace[unit.code] * habit
        # Now and then a step is simply stuck: a decree unsigned, a partner who does not answer.
        stuck = self.random.uniform(1.5, 3.5) if self.random.random() < 0.06 else 1.0
        return max(1, round(usual * stuck * math.exp(self.random.gauss(0, 0.2))))

    def _habit(self, unit: Unit, step: Step, often: float, weak: float, usual: float) -> float:
        """What an office is bad at it stays bad at, from year to year."""
        key = (unit.code, step.code)
        if key not in self.weak_step:
            center = weak if self.random.random() < often else usual
            self.weak_step[key] = math.exp(self.random.gauss(center, 0.08))
        return self.weak_step[key]

    def _step_row(
        self,
        case_id: str,
        step: Step,
        start: dt.date | None,
        finish: dt.date | None,
        skipped: str | None = None,
        reason: str | None = None,
    ) -> None:
        document = (
            f"LAP.{step.flow}{step.no:02d}/{finish.month:02d}/{finish.year}" if finish else None
        )
        self.rows["step_record"].append(
            {
                "case_id": case_id, "step_no": step.no, "started": self._written(start),
                "finished": self._written(finish), "document_no": document,
                "skipped": skipped, "reason": reason,
            }
        )  # fmt: skip

    def _written(self, day: dt.date | None) -> Any:
        if day is None or self.random.random() > 0.02:
            return day
        return self.random.choice((format_date(day), f"{day:%d/%m/%Y}", day.isoformat()))

    # ------------------------------------------- reports and national cycles

    def _reports_and_cycles(self) -> list[Callable[[], None]]:
        """One writer for each annual report and national cycle that has records."""
        writers: list[Callable[[], None]] = []
        upt = [u for u in self.units if u.kind in UPT_KINDS]
        for year in range(FIRST_YEAR, self.until.year + 1):
            for flow in "ABC":
                writers.append(lambda y=year, f=flow: self._national(y, f))  # type: ignore[misc]
                for unit in upt:
                    writers.append(lambda y=year, f=flow, u=unit: self._report(y, f, u))  # type: ignore[misc]
            for quarter in (1, 2, 3, 4):
                writers.append(lambda y=year, q=quarter: self._quarter(y, q))  # type: ignore[misc]
        self.random.shuffle(writers)
        return writers

    def _chain(self, case_id: str, steps: list[Step], opens: dt.date, unit: Unit) -> None:
        ready = opens
        for step in steps:
            start = ready
            finish = self.calendar.add(start, self._duration(step, unit))
            if start > self.until:
                return
            explicit = self.random.random() < 0.6
            if finish > self.until:
                if explicit:
                    self._step_row(case_id, step, start, None)
                return
            self._step_row(case_id, step, start if explicit else None, finish)
            ready = finish

    def _report(self, year: int, flow: str, unit: Unit) -> None:
        steps = [s for s in self.revision.flow_steps(flow) if s.level == "unit_year"]
        never = self.random.random() < 0.05 * self.pace[unit.code]
        opens = self.calendar.first_working_day_after(dt.date(year, 12, 31))
        if not never:
            self._chain(annual_report_id(flow, year, unit.code), steps, opens, unit)

    def _national(self, year: int, flow: str) -> None:
        steps = [s for s in self.revision.flow_steps(flow) if s.level == "national_cycle"]
        center = next(u for u in self.units if u.code == "PST-PMPUPO")
        self._chain(national_ids(flow, year)[0], steps, dt.date(year + 1, 3, 31), center)

    def _leave_a_rekap_waiting(self) -> None:
        """Last year's rekap of A came in three working days ago, for the first screen to show."""
        case_id = national_ids("A", self.until.year - 1)[0]
        steps = [s for s in self.revision.flow_steps("A") if s.level == "national_cycle"]
        directed = self.revision.step_of("A", "directed")
        rekap = steps[steps.index(directed) - 1]
        came = self.calendar.latest_start(self.until, 3)
        rows = self.rows["step_record"]
        own = [row for row in rows if row["case_id"] == case_id]
        for row in own:
            if row["step_no"] >= directed.no:
                rows.remove(row)
            else:
                row["finished"] = came
        if not any(row["step_no"] == rekap.no for row in own):
            self._step_row(case_id, rekap, None, came)

    def _quarter(self, year: int, quarter: int) -> None:
        steps = [s for s in self.revision.flow_steps("D") if s.level == "national_cycle"]
        center = next(u for u in self.units if u.code == "PST-PMPUPO")
        last = dt.date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - dt.timedelta(days=1)
        opens = self.calendar.first_working_day_after(last)
        self._chain(quarter_id(year, quarter), steps, opens, center)

    # ---------------------------------------------- people, follow-ups, targets

    def _people(self, case_id: str, flow: str, unit: Unit, finishes: dict[int, dt.date]) -> None:
        if flow != "D" or 1 not in finishes:
            return
        trained = finishes.get(3)
        certified, applied, endorsed = (finishes.get(n) for n in (4, 5, 6))
        for number in range(1, self.random.randint(8, 16)):
            passes = certified is not None and self.random.random() < 0.85
            applies = passes and applied is not None and self.random.random() < 0.8
            until = certified.replace(year=certified.year + 3, day=min(certified.day, 28)) if certified and passes else None  # fmt: skip
            self.rows["facilitator"].append(
                {
                    "facilitator_id": f"{case_id}-{number:02d}",
                    "name": f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)}",
                    "unit_code": unit.code, "case_id": case_id,
                    "kind": "Keamanan Pangan" if self.random.random() < 0.7 else "UMKM OT-Kosmetik",
                    "trained_on": trained, "institution": "PPSDM POM" if trained else None,
                    "competence_no": f"SK-{case_id[-4:]}-{number:02d}" if passes else None,
                    "competence_on": certified if passes else None, "valid_until": until,
                    "applied_on": applied if applies else None,
                    "recognition_no":
                        f"PF-{case_id[-4:]}-{number:02d}" if applies and endorsed else None,
                    "endorsed_on": endorsed if applies else None,
                    "active": "ya" if self.random.random() < 0.93 else "tidak",
                }
            )  # fmt: skip

    def _earlier_people(self) -> None:
        """People trained before the first year, outside any batch on file; some certificates end."""
        for unit in self.units:
            if unit.kind not in UPT_KINDS or self.random.random() < 0.08:
                continue
            for number in range(1, self.random.randint(2, 6)):
                trained = dt.date(FIRST_YEAR - self.random.randint(1, 3), self.random.randint(2, 11),
                                  self.random.randint(1, 28))  # fmt: skip
                certified = self.calendar.add(trained, self.random.randint(5, 40))
                self.rows["facilitator"].append(
                    {
                        "facilitator_id":
                            f"{DEMO_PREFIX}LAMA-{unit.code.partition('-')[2]}-{number:02d}",
                        "name": f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)}",
                        "unit_code": unit.code, "kind": "Keamanan Pangan", "trained_on": trained,
                        "institution": "PPSDM POM",
                        "competence_no": f"SK-{trained.year}-{number:03d}",
                        "competence_on": certified,
                        "valid_until":
                            certified.replace(year=certified.year + 4, day=min(certified.day, 28)),
                        "active": "ya" if self.random.random() < 0.85 else "tidak",
                    }
                )  # fmt: skip

    def _recommend(
        self, case_id: str, flow: str, unit: Unit, product: str, finishes: dict[int, dt.date]
    ) -> None:
        if flow == "D" or 3 not in finishes or self.random.random() > 0.6:
            return
        for number in range(1, self.random.randint(2, 4)):
            target = self.calendar.add(finishes[3], self.random.randint(20, 60))
            done = self.calendar.add(finishes[3], self.random.randint(10, 90))
            finished = (
                done if done <= self.until and self.random.random() < self.care[unit.code] else None
            )
            finished = self._before_answered(flow, finishes, finished)
            good = "optimal" if self.random.random() < self.care[unit.code] else "belum optimal"
            self.rows["follow_up"].append(
                {
                    "case_id": case_id, "recommendation_no": str(number),
                    "description": self.random.choice(_RECOMMENDATIONS).format(product=product),
                    "unit_code": unit.code, "target_on": target, "finished_on": finished,
                    "outcome": good if finished else None,
                }
            )  # fmt: skip

    def _before_answered(
        self, flow: str, finishes: dict[int, dt.date], finished: dt.date | None
    ) -> dt.date | None:
        """Follow-up is reported as done (A.5, B.5) once all of it is; now and then too early."""
        report = self.revision.step_of(flow, "reported").no
        answered = min((day for no, day in finishes.items() if no > report), default=None)
        if answered is None or self.slips.random() < 0.02:
            return finished
        return min(finished or answered, answered)

    def _targets(self) -> None:
        """Plans near what offices of a kind usually do, so that some fall short and some do not."""
        kind_of = {u.code: u.kind for u in self.units}
        held = Counter(
            (row["year"], kind_of[self.unit_of[row["case_id"]]], row["flow"])
            for row in self.rows["activity"]
        )
        trained = Counter(
            (row["trained_on"].year, kind_of[row["unit_code"]])
            for row in self.rows["facilitator"]
            if row["trained_on"]
        )
        offices = Counter(u.kind for u in self.units)
        for year in range(FIRST_YEAR, self.until.year + 1):
            for unit in self.units:
                if unit.kind not in UPT_KINDS:
                    continue
                many = offices[unit.kind]
                for flow in "ABCD":
                    usual = held[year, unit.kind, flow] / many
                    people = trained[year, unit.kind] / many
                    self.rows["target"].append(
                        {
                            "year": year, "unit_code": unit.code, "flow": flow,
                            "activities": max(1, self._about(usual)),
                            "facilitators": max(1, self._about(people)) if flow == "D" else None,
                            "businesses":
                                round(60 * _KIND_WEIGHT[unit.kind]) if flow == "B" else None,
                        }
                    )  # fmt: skip

    def _about(self, usual: float) -> int:
        return round(usual * math.exp(self.random.gauss(-0.1, 0.15)))

    def _contradict(self, count: int) -> None:
        """Turn a few steps around: finished before they started."""
        whole = [
            row
            for row in self.rows["step_record"]
            if isinstance(row["started"], dt.date) and isinstance(row["finished"], dt.date)
            and row["finished"] > row["started"]
        ]  # fmt: skip
        for row in self.random.sample(whole, min(count, len(whole))):
            row["started"], row["finished"] = row["finished"], row["started"]
