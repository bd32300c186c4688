"""Existing comments, read from a CSV or JSONL file into a campaign as opinions that wait to be understood."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from feedback.errors import Conflict
from feedback.media import BadImage, Media, NoRoom
from feedback.records import LETTERS, Campaign, Choice, NewImage
from feedback.rows import BadFile, Row, read_columns, read_rows
from feedback.store import Store
