/** Object stores: their interface with one conditional write, the probe of it, and the observer of requests. */
package dev.littoral.activities.storage;
