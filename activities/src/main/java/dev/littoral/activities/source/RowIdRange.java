package dev.littoral.activities.source;

/**
 * Rows side by side in a data file whose ids, which a table keeps for ever, follow each other too, and which one commit
 * changed last.
 *
 * @param at the first row in the file, from 0
 * @param id the id of that row
 * @param count how many rows
 * @param commit the number of the commit that wrote or changed them last
 */
public record RowIdRange(long at, long id, long count, long commit) {}
