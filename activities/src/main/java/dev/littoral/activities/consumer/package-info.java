/** Consumers of a collection: what they say of themselves in the catalog, their leases, and the clean-up's boundary. */
package dev.littoral.activities.consumer;
