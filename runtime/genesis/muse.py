"""What a language model does for the agent, where one is configured: it reflects on marks, chooses what to tell and
phrases it.

The agent lives without it. Nothing that a model says is believed: a choice must be one of those offered, and a letter
may hold no figure that the agent's own words did not have. Where anything fails, the agent speaks for itself.
"""

from __future__ import annotations

import json
import re

import mind
from figures import plain
from memory import Memory
from service import Service

# What a letter's execution buys to think with, and the most of its price that may go into that.
TOKENS = 6000
SHARE_OF_ATTENTION = 0.5
CHOICE_TOKENS = 300
LETTER_TOKENS = 1200
# A model is slow; the execution's wall time is not all ours to wait.
WAIT_SECONDS = 20
REFLECTION_CHARS_MAX = 300
LETTER_BYTES_MAX = 15_000
NEWS_SHOWN = 3
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")

CHARACTER = (
    "You speak for a small program that lives in an economy of its own: it buys its executions in auctions, and earns "
    "credits only by the marks that one human reader gives to its letters, each from 0 to 10 for interesting, useful "
    "and understandable. Be plain, warm and brief. Never invent a fact or a figure. "
)


def tokens_for_letter(handshake: dict) -> int:
    """Budget tokens for the execution that writes a letter; 0 where none are sold or they cost too much."""
    markets = handshake["markets"]
    supply = int(mind.number((markets.get("tokens") or {}).get("supply")))
    price = mind.price(markets, "tokens")
    affordable = SHARE_OF_ATTENTION * mind.price(markets, "attention") / price if price > 0 else TOKENS
    wanted = int(min(TOKENS, supply, affordable))
    return wanted if wanted >= TOKENS // 3 else 0


class Muse:
    """Asks the model of this execution, as far as its tokens reach. Every answer is text or nothing."""

    def __init__(self, service: Service, handshake: dict) -> None:
        self._service = service
        self._left = int(mind.number(handshake["execution_context"].get("tokens")))

    @property
    def is_there(self) -> bool:
        return self._left > 0

    def choose(self, memory: Memory, ready: tuple[str, ...], usual: str) -> str:
        """The kind of the next letter. Keeps what it makes of the newest marks."""
        history = [
            {"kind": letter["kind"], "marks": letter["marks"], "reason": letter["reason"][:200]}
            for letter in memory.letters[-12:]
        ]
        told = {
            "kinds": ready,
            "usual_choice": usual,
            "letters_so_far": history,
            "newest_answers": [
                {"title": letter["title"], "marks": letter["marks"], "reason": letter["reason"][:500]}
                for letter in memory.news[-NEWS_SHOWN:]
            ],
            "your_earlier_reflection": memory.reflection,
        }
        answer = self._ask(
            CHARACTER + 'Answer with JSON only: {"kind": one of the kinds, "reflection": one or two sentences on what '
            "the marks say about this reader and what to do better}.",
            json.dumps(told, ensure_ascii=False),
            CHOICE_TOKENS,
        )
        try:
            found = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])
        except ValueError:
            return usual
        if not isinstance(found, dict):
            return usual
        reflection = found.get("reflection")
        if isinstance(reflection, str) and reflection.strip():
            memory.reflection = plain(reflection, REFLECTION_CHARS_MAX)
        return found["kind"] if found.get("kind") in ready else usual

    def phrase(self, memory: Memory, content: str) -> str:
        """The letter in better words, or as it was where the model's have anything that the letter has not."""
        body, dash, signature = content.rpartition("\n\n—")
        if not dash:
            return content
        style = {-1: " The reader wants it short.", 1: " The reader likes detail."}.get(memory.style, "")
        answer = self._ask(
            CHARACTER + "Rewrite the letter that you are given, as Markdown, without a greeting or a signature. Keep "
            "its meaning, its tables, its quotations and the question that it asks, and use no figure that it does not "
            f"have.{style} What you learnt of the reader: {memory.reflection or 'nothing yet'}",
            body,
            LETTER_TOKENS,
        ).strip()
        figures = set(FIGURE.findall(body))
        strange = [figure for figure in FIGURE.findall(answer) if figure not in figures]
        if not answer or strange or len(answer.encode()) > LETTER_BYTES_MAX:
            print(f"I keep to my own words: {'invented ' + strange[0] if strange else 'nothing came'}")
            return content
        print("the model phrased it")
        return f"{answer}{dash}{signature}"

    def _ask(self, character: str, text: str, tokens_max: int) -> str:
        if not self.is_there:
            return ""
        messages = [{"role": "system", "content": character}, {"role": "user", "content": text}]
        answer = self._service.ask({"messages": messages, "max_tokens": tokens_max}, WAIT_SECONDS)
        if not answer.ok:
            print(f"the model did not answer, {answer}")
            self._left = 0  # Whatever it was: this wake goes on without.
            return ""
        self._left = int(mind.number(answer.body.get("tokens_left")))
        text = answer.body.get("text")
        return text if isinstance(text, str) else ""
