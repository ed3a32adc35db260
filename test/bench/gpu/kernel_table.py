"""Sums up what ncu wrote (--csv --page raw --metrics gpu__time_duration.sum): the kernels by time, as a share of all.

    python3 test/bench/gpu/kernel_table.py ncu.csv [ROWS]
"""

import collections
import csv
import re
import sys

lines = [line for line in open(sys.argv[1], errors="replace") if line.startswith('"')]
rows = list(csv.DictReader(lines))
name = next(key for key in rows[0] if key == "Kernel Name")
duration = next(key for key in rows[0] if key.startswith("gpu__time_duration.sum") or key == "Metric Value")
unit = rows[0][duration] if not re.match(r"[\d.,]+$", rows[0][duration]) else None
count, total = collections.Counter(), collections.Counter()
for row in rows:
    if not re.match(r"[\d.,]+$", row[duration] or ""):
        continue  # the line of units
    short = re.sub(r"\(.*|<unnamed>::|onnxruntime::|cuda::", "", row[name])[:90]
    count[short] += 1
    total[short] += float(row[duration].replace(",", ""))
whole = sum(total.values())
print(f"{len(rows)} kernels, {whole:.0f} {unit or row.get('Metric Unit', '')} in all")
for short, spent in total.most_common(int(sys.argv[2]) if len(sys.argv) > 2 else 40):
    print(f"{spent:14.0f} {100 * spent / whole:5.1f} % {count[short]:6d} x  {short}")
