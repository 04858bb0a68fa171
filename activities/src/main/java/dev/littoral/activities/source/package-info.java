/** Sources: which data files there are, at which version, and reads of them. */
package dev.littoral.activities.source;
