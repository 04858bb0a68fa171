/** Listing a source against the base snapshot, in parallel, and the plan of an update that comes of it. */
package dev.littoral.activities.listing;
