/** Balancing: which fragments make which segment. Pure, without I/O. */
package dev.littoral.activities.balance;
