# SPDX-License-Identifier: GPL-2.0-or-later
# What people call: set-up, run, test, lint, bench, install.
.PHONY: check-layers clean help
check-layers:
	$(Q)harness/tests/check-layers.sh

clean:
	rm -rf $(BUILD)
