"""What people like, learned from what they chose and said: a score for images, a taste for each person, and reasons.

`Reward.load(folder)` reads what `opine train` wrote; docs/rewards.md tells the rest.
"""

from feedback.reward.adapters import ddpo_reward, trl_reward
from feedback.reward.model import Reward
from feedback.reward.questions import next_question
from feedback.reward.taste import Taste

__all__ = ["Reward", "Taste", "ddpo_reward", "next_question", "trl_reward"]
