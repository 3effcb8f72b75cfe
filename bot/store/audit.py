"""The ledger held to its promises: what is wrong with it, in sentences; and its balances built anew from its entries.
Nothing of it knows how the rows came about.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, func, insert, select, text

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import OPEN

_entries: Final = tables.entries
_accounts: Final = tables.accounts
_OPEN: Final = tables.among("jobs.state", OPEN)

# Each query finds the rows that break a promise; their columns fill the sentence.
_PROMISES: Final = {
    "The legs of {transaction_id} sum to {gpu_ms} ms, not to nothing.": """
        SELECT transaction_id, sum(gpu_ms) AS gpu_ms FROM entries GROUP BY transaction_id HAVING sum(gpu_ms) <> 0""",
    "Member {member_id} has {gpu_ms} ms {account}, which cannot be less than none.": """
        SELECT member_id, account, gpu_ms FROM accounts WHERE gpu_ms < 0 AND account NOT IN ('granted', 'debt')""",
    "The balance of member {member_id} says {cached} ms {account}, and the entries add up to {gpu_ms} ms.": """
        SELECT member_id, account, sum(cached) AS cached, sum(gpu_ms) AS gpu_ms FROM (
          SELECT member_id, account, gpu_ms AS cached, 0 AS gpu_ms FROM accounts
          UNION ALL SELECT member_id, account, 0, gpu_ms FROM entries
        ) GROUP BY member_id, account HAVING sum(cached) <> sum(gpu_ms)""",
    "Member {member_id} has {held} ms held, and the open reservations are {reserved} ms.": """
        SELECT member_id, sum(held) AS held, sum(reserved) AS reserved FROM (
          SELECT member_id, gpu_ms AS held, 0 AS reserved FROM entries WHERE account = 'held'
          UNION ALL SELECT member_id, 0, gpu_ms FROM reserves WHERE job_id NOT IN (SELECT job_id FROM ends)
        ) GROUP BY member_id HAVING sum(held) <> sum(reserved)""",
    "Job {job_id} has {reservations} reservations; it may have one.": """
        SELECT job_id, count(*) AS reservations FROM reserves GROUP BY job_id HAVING count(*) > 1""",
    "Job {job_id} has ended {ended} times; it may once.": """
        SELECT job_id, count(*) AS ended FROM ends GROUP BY job_id HAVING count(*) > 1""",
    "Job {job_id} was ended by {act}, and nothing was ever reserved for it.": """
        SELECT job_id, act FROM ends WHERE job_id NOT IN (SELECT job_id FROM reserves)""",
    "Job {job_id} has entries of {transactions} ends, and its end is told {told} times.": """
        SELECT job_id, sum(posted) AS transactions, sum(told) AS told FROM (
          SELECT job_id, count(*) AS posted, 0 AS told FROM entries
            WHERE act IN ('settle', 'refund') AND account = 'held' GROUP BY job_id
          UNION ALL SELECT job_id, 0, count(*) FROM ends GROUP BY job_id
        ) GROUP BY job_id HAVING sum(posted) <> sum(told)""",
    "Job {job_id} reserved {reserved} ms, and its entries say {gpu_ms} ms.": """
        SELECT reserves.job_id, reserves.gpu_ms AS reserved, coalesce(sum(entries.gpu_ms), 0) AS gpu_ms
        FROM reserves LEFT JOIN entries
          ON entries.job_id = reserves.job_id AND entries.act = 'reserve' AND entries.account = 'held'
        GROUP BY reserves.job_id HAVING reserves.gpu_ms <> coalesce(sum(entries.gpu_ms), 0)""",
    "Job {job_id} was charged {spent} ms, and {reserved} ms were reserved.": """
        SELECT entries.job_id, sum(entries.gpu_ms) AS spent, reserves.gpu_ms AS reserved
        FROM entries JOIN reserves ON reserves.job_id = entries.job_id WHERE entries.account = 'spent'
        GROUP BY entries.job_id HAVING sum(entries.gpu_ms) > reserves.gpu_ms""",
    "Job {job_id} was charged {spent} ms, and {gpu_ms} ms were measured.": """
        SELECT jobs.id AS job_id, sum(entries.gpu_ms) AS spent, jobs.gpu_ms
        FROM entries JOIN jobs ON jobs.id = entries.job_id WHERE entries.account = 'spent'
        GROUP BY jobs.id HAVING sum(entries.gpu_ms) > jobs.gpu_ms""",
    "Job {job_id} was charged although it is {state}.": """
        SELECT jobs.id AS job_id, jobs.state FROM jobs JOIN ends ON ends.job_id = jobs.id
        WHERE ends.act = 'settle' AND jobs.state IN ('failed', 'cancelled')""",
    "Job {job_id} is {state}, and its credit is still held.": f"""
        SELECT jobs.id AS job_id, jobs.state FROM jobs JOIN reserves ON reserves.job_id = jobs.id
        WHERE NOT {_OPEN} AND jobs.id NOT IN (SELECT job_id FROM ends)""",
    "Job {job_id} is {state}, and no credit is held for it.": f"""
        SELECT jobs.id AS job_id, jobs.state FROM jobs
        WHERE {_OPEN} AND (jobs.id NOT IN (SELECT job_id FROM reserves) OR jobs.id IN (SELECT job_id FROM ends))""",
    "Credit is held for {job_id}, which is no job.": """
        SELECT job_id FROM reserves
        WHERE job_id NOT IN (SELECT id FROM jobs) AND job_id NOT IN (SELECT job_id FROM ends)""",
}


async def audit(tx: Reading) -> list[str]:
    """Every fault of the ledger as a sentence; none, if it is sound."""
    return [sentence.format(**row) for sentence, query in _PROMISES.items() for row in await tx.all(text(query))]


async def rebuild(tx: Writing) -> int:
    """Balances anew from the entries: how many were wrong."""
    sums = select(_entries.c.member_id, _entries.c.account, func.sum(_entries.c.gpu_ms))
    true = {tuple(row.values()) for row in await tx.all(sums.group_by(_entries.c.member_id, _entries.c.account))}
    cached = {tuple(row.values()) for row in await tx.all(select(_accounts))}
    await tx.change(delete(_accounts))
    if true:
        names = ("member_id", "account", "gpu_ms")
        await tx.change(insert(_accounts), [dict(zip(names, row, strict=True)) for row in true])
    return len({row[:2] for row in true ^ cached})
