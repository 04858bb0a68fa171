package dev.littoral.workflows.model;

/**
 * A snapshot that a listing has written whole, root included, as little has changed. A commit names it, and nobody has
 * to read or balance anything.
 *
 * @param commitId that of the commit which may name it: the round's, and what is unique to the listing's attempt
 * @param objects the catalog folder of its new objects, which has that commitId in its name
 * @param snapshot its root
 * @param read what reading its touched shards found
 * @param balance what balancing them made
 * @param readMillis how long reading took, a part of the listing's time
 * @param balanceMillis how long balancing took, another part
 */
public record PreparedSnapshot(
        String commitId,
        String objects,
        SnapshotRef snapshot,
        ReadOutcome.Read read,
        BalanceResult balance,
        long readMillis,
        long balanceMillis) {}
