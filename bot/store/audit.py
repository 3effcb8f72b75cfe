"""The ledger held to its promises: what is wrong with it, in sentences; and its balances built anew from its entries.
Nothing of it knows how the rows came about.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, text

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import OPEN

_OPEN: Final = tables.among("jobs.state", OPEN)

_CACHED: Final = "SELECT bucket_id, account, member_id, gpu_ms FROM accounts"
_TRUE: Final = """
    SELECT bucket_id, account, member_id, sum(gpu_ms) AS gpu_ms FROM (
      SELECT bucket_id, from_account AS account, member_id, -gpu_ms AS gpu_ms FROM entries
      UNION ALL SELECT bucket_id, to_account, member_id, gpu_ms FROM entries
    ) GROUP BY bucket_id, account, member_id"""

# Each query finds the rows that break a promise; their columns fill the sentence.
_PROMISES: Final = {
    "The accounts of bucket {bucket_id} sum to {gpu_ms} ms, not to nothing.": """
        SELECT bucket_id, sum(gpu_ms) AS gpu_ms FROM accounts GROUP BY bucket_id HAVING sum(gpu_ms) <> 0""",
    "Bucket {bucket_id} of member {member_id} has {gpu_ms} ms {account}, which cannot be less than none.": """
        SELECT bucket_id, member_id, account, gpu_ms FROM accounts
        WHERE gpu_ms < 0 AND account NOT IN ('granted', 'debt')""",
    "Bucket {bucket_id} of member {member_id} has {gpu_ms} ms {account}, which cannot be more than none.": """
        SELECT bucket_id, member_id, account, gpu_ms FROM accounts
        WHERE gpu_ms > 0 AND account IN ('granted', 'debt')""",
    "The balance of bucket {bucket_id} says {cached} ms {account}, and the entries add up to {gpu_ms} ms.": """
        SELECT bucket_id, account, sum(cached) AS cached, sum(gpu_ms) AS gpu_ms FROM (
          SELECT bucket_id, account, gpu_ms AS cached, 0 AS gpu_ms FROM accounts
          UNION ALL SELECT bucket_id, from_account, 0, -gpu_ms FROM entries
          UNION ALL SELECT bucket_id, to_account, 0, gpu_ms FROM entries
        ) GROUP BY bucket_id, account HAVING sum(cached) <> sum(gpu_ms)""",
    "Member {member_id} has {held} ms held, and the open reservations are {reserved} ms.": """
        SELECT member_id, sum(held) AS held, sum(reserved) AS reserved FROM (
          SELECT member_id, gpu_ms AS held, 0 AS reserved FROM entries WHERE to_account = 'held'
          UNION ALL SELECT member_id, -gpu_ms, 0 FROM entries WHERE from_account = 'held'
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
          SELECT job_id, count(DISTINCT transaction_id) AS posted, 0 AS told FROM entries
            WHERE act IN ('settle', 'refund') GROUP BY job_id
          UNION ALL SELECT job_id, 0, count(*) FROM ends GROUP BY job_id
        ) GROUP BY job_id HAVING sum(posted) <> sum(told)""",
    "Job {job_id} reserved {reserved} ms, and its entries say {gpu_ms} ms.": """
        SELECT reserves.job_id, reserves.gpu_ms AS reserved, coalesce(sum(entries.gpu_ms), 0) AS gpu_ms
        FROM reserves LEFT JOIN entries
          ON entries.job_id = reserves.job_id AND entries.to_account = 'held'
        GROUP BY reserves.job_id HAVING reserves.gpu_ms <> coalesce(sum(entries.gpu_ms), 0)""",
    "Job {job_id} held {held} ms of bucket {bucket_id}, and its end freed or spent {ended} ms of it.": """
        SELECT job_id, bucket_id, sum(held) AS held, sum(ended) AS ended FROM (
          SELECT job_id, bucket_id, gpu_ms AS held, 0 AS ended FROM entries WHERE to_account = 'held'
          UNION ALL SELECT job_id, bucket_id, 0, gpu_ms FROM entries WHERE from_account = 'held'
        ) WHERE job_id IN (SELECT job_id FROM ends) GROUP BY job_id, bucket_id HAVING sum(held) <> sum(ended)""",
    "Job {job_id} of member {owner_id} is paid out of bucket {bucket_id}, which is member {member_id}'s.": """
        SELECT DISTINCT reserves.job_id, reserves.member_id AS owner_id, entries.bucket_id, entries.member_id
        FROM reserves JOIN entries ON entries.job_id = reserves.job_id WHERE entries.member_id <> reserves.member_id""",
    "Job {job_id} is member {member_id}'s, and {payer_id} pays for it, which is neither they nor their server.": """
        SELECT jobs.id AS job_id, jobs.member_id, reserves.member_id AS payer_id
        FROM reserves JOIN jobs ON jobs.id = reserves.job_id
        WHERE reserves.member_id <> jobs.member_id AND reserves.member_id IS NOT jobs.server_id""",
    "Job {job_id} took of bucket {bucket_id} before it began or after it had ended.": """
        SELECT entries.job_id, entries.bucket_id FROM entries JOIN buckets ON buckets.id = entries.bucket_id
        WHERE entries.act = 'reserve' AND buckets.origin <> 'open'
          AND (entries.created_at < buckets.starts_at OR entries.created_at >= buckets.expires_at)""",
    "Job {job_id} was charged {spent} ms, and {reserved} ms were reserved.": """
        SELECT entries.job_id, sum(entries.gpu_ms) AS spent, reserves.gpu_ms AS reserved
        FROM entries JOIN reserves ON reserves.job_id = entries.job_id WHERE entries.to_account = 'spent'
        GROUP BY entries.job_id HAVING sum(entries.gpu_ms) > reserves.gpu_ms""",
    "Job {job_id} ({speed}) was charged {spent} ms, and {gpu_ms} ms were measured.": """
        SELECT jobs.id AS job_id, sum(entries.gpu_ms) AS spent, jobs.gpu_ms, jobs.speed
        FROM entries JOIN jobs ON jobs.id = entries.job_id WHERE entries.to_account = 'spent'
        GROUP BY jobs.id HAVING sum(entries.gpu_ms) >
          jobs.gpu_ms * CASE jobs.speed WHEN 'turbo' THEN 2 WHEN 'relax' THEN 0 ELSE 1 END""",
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
    "Bucket {bucket_id} is of {gpu_ms} ms, and {granted} ms were put into it.": """
        SELECT buckets.id AS bucket_id, buckets.gpu_ms, coalesce(sum(entries.gpu_ms), 0) AS granted
        FROM buckets LEFT JOIN entries ON entries.bucket_id = buckets.id
          AND entries.from_account = 'granted' AND entries.to_account = 'available'
        WHERE buckets.origin <> 'open' GROUP BY buckets.id HAVING buckets.gpu_ms <> coalesce(sum(entries.gpu_ms), 0)""",
    "Bucket {bucket_id} was closed, and {gpu_ms} ms are still available in it.": """
        SELECT accounts.bucket_id, accounts.gpu_ms FROM accounts
        WHERE account = 'available' AND gpu_ms > 0 AND bucket_id IN (SELECT bucket_id FROM closures)""",
    "Bucket {bucket_id} was taken back, {used} ms of it were used, and {owed} ms of that became a debt.": """
        SELECT bucket_id, sum(CASE WHEN to_account IN ('spent', 'given') THEN gpu_ms ELSE 0 END) AS used,
          sum(CASE WHEN from_account = 'debt' THEN gpu_ms ELSE 0 END) AS owed FROM entries
        WHERE bucket_id IN (SELECT bucket_id FROM closures WHERE act = 'claw-back')
        GROUP BY bucket_id HAVING used <> owed""",
    "Transaction {transaction_id} took {taken} ms out of buckets, and put {put} ms into others.": """
        SELECT transaction_id, sum(CASE WHEN from_account = 'available' THEN gpu_ms ELSE 0 END) AS taken,
          sum(CASE WHEN from_account = 'granted' THEN gpu_ms ELSE 0 END) AS put FROM entries
        WHERE act IN ('gift', 'roll-over', 'repay') GROUP BY transaction_id HAVING taken <> put""",
    "Membership {membership_id} was granted the time of one month {months} times.": """
        SELECT membership_id, count(*) AS months FROM buckets
        WHERE membership_id IS NOT NULL GROUP BY membership_id, starts_at HAVING count(*) > 1""",
}


async def audit(tx: Reading) -> list[str]:
    """Every fault of the ledger as a sentence; none, if it is sound."""
    return [sentence.format(**row) for sentence, query in _PROMISES.items() for row in await tx.all(text(query))]


async def rebuild(tx: Writing) -> int:
    """Balances anew from the entries: how many were wrong."""
    cached = {tuple(row.values()) for row in await tx.all(text(_CACHED))}
    true = {tuple(row.values()) for row in await tx.all(text(_TRUE))}
    await tx.change(delete(tables.accounts))
    await tx.change(text(f"INSERT INTO accounts (bucket_id, account, member_id, gpu_ms) {_TRUE}"))
    return len({row[:2] for row in true ^ cached})
