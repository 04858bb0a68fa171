/**
 * Stores: blob stores by URI scheme, the catalog's store on them, the probe of its conditional write, and the observer
 * of requests.
 */
package dev.littoral.activities.storage;
