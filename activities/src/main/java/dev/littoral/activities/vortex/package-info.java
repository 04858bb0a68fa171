/** Vortex files: how many rows they have, where these can be cut, and which columns. */
package dev.littoral.activities.vortex;
