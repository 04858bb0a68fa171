/** Balancing: which fragments a file is cut into, and which of them make which segment. Pure, without I/O. */
package dev.littoral.activities.balance;
