"""What an export holds once all passes are through, and the files that say so: plots, card, Croissant, manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path

from feedback.export.card import write_card
from feedback.export.croissant import CROISSANT, croissant
from feedback.export.manifest import Manifest, arguments_of, version_of, write_manifest
from feedback.export.plots import Plot, draw_plots
from feedback.export.selection import Selection
from feedback.export.statistics import Statistics
from feedback.export.target import Target
from feedback.export.withdrawals import WITHDRAWALS, Withdrawal, to_json_list
from feedback.export.writing import Facts, Written, write_file


@dataclass
class Contents:
    """What was written into a folder: of each target its files, of all of them the facts, and the numbers."""

    folder: Path
    title: str
    tables: Sequence[tuple[Target, Written]]
    files: dict[str, Facts]  # by their path in the export; grows with what is written here
    counts: Statistics
    images: int

    def describe(
        self, place: Path, selection: Selection, names: Sequence[str], withdrawn: Sequence[Withdrawal]
    ) -> Manifest:
        """Write what tells of the contents, and say what there is; `place` is where the folder will be."""
        self._write("taxonomy.toml", package_files("feedback").joinpath("taxonomy.toml").read_bytes())
        plots = self._write_plots()
        arguments = arguments_of(selection, names)
        left_out = [self.counts.left_out_opinions, self.counts.left_out_preferences]
        withdrawals = [one.model_dump(mode="json") for one in withdrawn]
        version = version_of(arguments, self.files, [self.title, left_out, withdrawals])
        card = write_card(
            self.title, version, self.tables, self.counts, plots, withdrawn, gold_only=selection.gold_only
        )
        self._write("README.md", card.encode())
        written = [written for _, written in self.tables]
        self._write(CROISSANT, croissant(self.title, version, written, self.files).encode())
        if withdrawn:
            self._write(WITHDRAWALS, to_json_list(withdrawn))
        manifest = self._manifest(place, version)
        write_manifest(self.folder, manifest, arguments, written, self.counts, self.files, withdrawn)
        return manifest

    def _write_plots(self) -> list[Plot]:
        plots = draw_plots(self.counts)
        for plot in plots:
            self._write(f"plots/{plot.name}.png", plot.png)
        return plots

    def _manifest(self, place: Path, version: str) -> Manifest:
        return Manifest(
            folder=place,
            version=version,
            opinions=self.counts.opinions,
            labels=self.counts.statuses.total(),
            preferences=self.counts.choices.total(),
            images=self.images,
            annotators=len(self.counts.annotators),
            left_out_opinions=self.counts.left_out_opinions,
            left_out_preferences=self.counts.left_out_preferences,
        )

    def _write(self, name: str, content: bytes) -> None:
        self.files[name] = write_file(self.folder / name, content)
