package dev.littoral.activities.protocol;

import org.junit.jupiter.api.Test;

class LostSafeguardsTest {
    @Test
    void smoke() {
        int max = Integer.getInteger("littoral.explore.states", 20_000);
        String only = System.getProperty("only", "");
        InActivity.call(() -> {
            for (Safeguard lost : Safeguard.values()) {
                if (!lost.name().contains(only)) continue;
                if (lost == Safeguard.NOTHING) continue;
                long start = System.currentTimeMillis();
                boolean found = false;
                for (Setup setup : Worlds.all(lost)) {
                    Explorer.Broken b = Explorer.shortest(setup, lost, max);
                    if (b != null) {
                        found = true;
                        System.out.println("KILLED " + lost + " in " + setup.name() + " " + b.states() + " states "
                                + (System.currentTimeMillis() - start) + " ms: " + Explorer.words(b));
                        break;
                    }
                }
                if (!found) System.out.println("SURVIVES " + lost + " " + (System.currentTimeMillis() - start) + " ms");
            }
            return null;
        });
    }
}
