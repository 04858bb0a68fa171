/** The Temporal service in this process, for a laptop; the only user of Temporal's test server. */
package dev.littoral.starter.embedded;
