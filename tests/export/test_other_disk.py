"""Images beside a target's files: hard links, and copies where the disk of the export has no such links."""

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from export_world import images_of, stated_by, write_images

from feedback.export.imagefolder import ImageFolder
from feedback.export.pairs import pairs_of
from feedback.export.selection import Selection
from feedback.export.target import Place, image_file

MEMORY = Path("/dev/shm")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the test's own."""
    if not os.access(MEMORY, os.W_OK) or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is just one file system")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.mark.parametrize("linked", [True, False])
def test_images_are_linked_or_else_copied(tmp_path: Path, other_disk: Path, linked: bool) -> None:
    stated = stated_by(images_of(1, 2))
    write_images(stated.images, tmp_path)
    originals = [tmp_path / image_file(image) for image in stated.images]
    if not linked:
        (tmp_path / "imagefolder").symlink_to(other_disk)
        with pytest.raises(OSError, match=os.strerror(errno.EXDEV)):
            os.link(originals[0], other_disk / "a hard link")
    target = ImageFolder(tmp_path, Selection())
    target.take_preference(stated, Place("k", "a cat", "train", pairs=pairs_of(stated)))
    files = target.close().files
    for original in originals:
        path = f"imagefolder/train/{original.name}"
        assert path in files
        placed = tmp_path / path
        assert placed.read_bytes() == original.read_bytes()
        assert placed.samefile(original) is linked
