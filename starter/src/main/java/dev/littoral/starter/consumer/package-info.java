/** Commands about the consumers of a collection: who serves it, and saying so for one. */
package dev.littoral.starter.consumer;
