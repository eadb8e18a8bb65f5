// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/test_observe.h"

#include <stdlib.h>

int main(void)
{
	int failures = test_kmsg_parse();

	failures += test_kmsg_classify();
	failures += test_kmsg_headers();
	failures += test_kmsg_trace();
	failures += test_kmsg_details();
	failures += test_log_forms();
	failures += test_log_fold();
	failures += test_witness();
	failures += test_kmsg_reader();
	failures += test_text();
	failures += test_host();
	failures += test_ability();
	failures += test_perf_count();
	failures += test_observer();
	failures += test_causes();
	failures += test_causes_rare();
	failures += test_cause_evidence();
	failures += test_fingerprint();
	failures += test_stuck();
	failures += test_stuck_watch();
	failures += test_holders();
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
