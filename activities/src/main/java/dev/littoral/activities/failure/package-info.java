/** Classified failures: each has a type that decides whether it is retried, and a sentence for people. */
package dev.littoral.activities.failure;
