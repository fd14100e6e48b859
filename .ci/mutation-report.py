"""Makes the report of the raw reports of .ci/mutation and of .ci/mutation-reasons.tsv, to standard output.

python3 .ci/mutation-report.py [--line PART | --open]   --line: one part's totals; --open: survivors without a reason, as lines for the reasons.
"""
import collections
import glob
import json
import os
import re
import sys

SCOPE = re.compile(r"^(Calls|Strategies|Registry|Health|Accounting)/|^Abstractions/(ModelPrice|ProviderMetrics)\.cs$")
# Between them they name every file of the scope.
PARTS = {"core", "health", "call", "attempt", "plan", "money", "accounting"}
COUNTED = ("Killed", "Timeout", "Survived", "NoCoverage")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REPORTS = os.environ.get("ORCHESTRATOR_MUTATION_REPORTS", os.path.join(ROOT, "artifacts", "mutation"))


def original(source, location):
    lines = source.split("\n")
    start, end = location["start"], location["end"]
    if start["line"] == end["line"]:
        return lines[start["line"] - 1][start["column"] - 1:end["column"] - 1]
    middle = lines[start["line"]:end["line"] - 1]
    return "\n".join([lines[start["line"] - 1][start["column"] - 1:], *middle, lines[end["line"] - 1][:end["column"] - 1]])


def short(text):
    """One line, without the comments of the code around it; long ones are cut."""
    kept = [line for line in (part.strip() for part in text.split("\n")) if not line.startswith("//")]
    line = " ".join(" ".join(kept).replace("\t", " ").split())
    return line if len(line) <= 100 else line[:99] + "…"


class Mutant:
    def __init__(self, path, source, data):
        self.file = path
        self.line = data["location"]["start"]["line"]
        self.status = data["status"]
        self.original = short(original(source, data["location"]))
        self.replacement = short(data["replacement"]) or "nothing"
        self.around = short(source.split("\n")[self.line - 1])

    @property
    def key(self):
        return (self.file, self.around, self.original, self.replacement)


def files_of(part):
    """Path below src/Orchestrator and data of each file in a part's newest report."""
    reports = glob.glob(os.path.join(REPORTS, part, "reports", "*.json"))
    if not reports:
        return
    with open(max(reports, key=os.path.getmtime), encoding="utf-8-sig") as stream:
        report = json.load(stream)
    for path, data in report["files"].items():
        yield path.replace("\\", "/").split("src/Orchestrator/")[-1], data


def read(part):
    return [Mutant(path, data["source"], m) for path, data in files_of(part) for m in data["mutants"] if m["status"] in COUNTED]


def left_out(parts, mutants):
    """Files of the scope that no part has mutated, by folder."""
    done = {mutant.file for mutant in mutants}
    folders = collections.defaultdict(list)
    for path in sorted({path for part in parts for path, _ in files_of(part)} - done):
        if SCOPE.match(path):
            folders[os.path.dirname(path)].append(os.path.basename(path))
    return folders


def score(counts):
    every = sum(counts[s] for s in COUNTED)
    return 100 * (counts["Killed"] + counts["Timeout"]) / every if every else 0


def totals(mutants):
    return collections.Counter(m.status for m in mutants)


def reasons():
    known = {}
    path = os.path.join(ROOT, ".ci", "mutation-reasons.tsv")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            for line in stream:
                if line.strip() and not line.startswith("#"):
                    *key, reason = line.rstrip("\n").split("\t")
                    known[tuple(key)] = reason
    return known


def row(name, counts):
    return f"| {name} | {counts['Killed']} | {counts['Timeout']} | {counts['Survived']} | {counts['NoCoverage']} | {score(counts):.1f} % |"


def code(text):
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


def page(mutants, parts):
    known = reasons()
    with open(os.path.join(ROOT, ".ci", "mutation-head.md"), encoding="utf-8") as stream:
        head = stream.read()
    commits = sorted({open(os.path.join(REPORTS, part, "commit"), encoding="utf-8").read().strip() for part in parts})
    counts = totals(mutants)
    waiting = left_out(parts, mutants)
    whole = PARTS <= set(parts)
    extent = f"of the {len({m.file for m in mutants})} files listed below, " + (
        "the others of routing, health and accounting having nothing to mutate" if whole else "not of the whole scope: the others are named further down")
    yield head.rstrip().format(
        commit="; ".join(commits), command=" ".join(parts), extent=extent, score=f"{score(counts):.1f}", sure=f"{100 * counts['Killed'] / sum(counts[s] for s in COUNTED):.1f}",
        total=sum(counts[s] for s in COUNTED),
        **{s.lower(): counts[s] for s in COUNTED})
    yield "\n## By file\n\n| file | killed | timeout | survived | no coverage | score |\n| --- | --- | --- | --- | --- | --- |"
    by_file = collections.defaultdict(list)
    for mutant in mutants:
        by_file[mutant.file].append(mutant)
    for file in sorted(by_file):
        yield row(file, totals(by_file[file]))
    yield row("**all**", counts)
    if waiting and not whole:
        count = sum(len(files) for files in waiting.values())
        yield f"\n## Not mutated in this run\n\nThe score says nothing about these {count} files of the scope, some of which have nothing to mutate:\n"
        yield "\n".join(f"- {folder}: {', '.join(files)}" for folder, files in waiting.items())
    yield "\n## What survives, and why it stays"
    groups = collections.defaultdict(list)
    for mutant in mutants:
        if mutant.status in ("Survived", "NoCoverage"):
            groups[known.get(mutant.key, "Not looked at yet")].append(mutant)
    for reason in sorted(groups, key=lambda r: -len(groups[r])):
        yield f"\n### {reason}\n"
        for m in sorted(groups[reason], key=lambda m: (m.file, m.line)):
            yield f"- {m.file}:{m.line}{' (no coverage)' if m.status == 'NoCoverage' else ''} {code(m.original)} → {code(m.replacement)}"


def main(arguments):
    if arguments[:1] == ["--line"]:
        counts = totals(read(arguments[1]))
        print(f"{arguments[1]}: " + ", ".join(f"{counts[s]} {s.lower()}" for s in COUNTED) + f", score {score(counts):.1f} %")
        return
    # Without this file its run did not come to its end.
    parts = sorted(part for part in os.listdir(REPORTS) if os.path.exists(os.path.join(REPORTS, part, "commit")))
    if not parts:
        sys.exit("No part has come to its end: there is nothing to tell.")
    mutants = [m for part in parts for m in read(part)]
    if arguments[:1] == ["--open"]:
        known = reasons()
        for m in mutants:
            if m.status in ("Survived", "NoCoverage") and m.key not in known:
                print("\t".join((*m.key, f"{m.status} {m.line}")))
        return
    print("\n".join(page(mutants, parts)))


main(sys.argv[1:])
