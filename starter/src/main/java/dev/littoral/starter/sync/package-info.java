/** The command that updates a collection once, on a Temporal service or with one of its own. */
package dev.littoral.starter.sync;
