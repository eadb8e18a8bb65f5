// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cleanup.h"
#include "reports/export/test_fixture.h"

int main(void)
{
	const struct {
		const char *name;
		const struct CMUnitTest *tests;
		size_t n;
	} groups[] = {
		{"text", text_tests, n_text_tests},	     {"figures", figure_tests, n_figure_tests},
		{"cases", case_tests, n_case_tests},	     {"formats", format_tests, n_format_tests},
		{"hostile", hostile_tests, n_hostile_tests}, {"trend", trend_tests, n_trend_tests},
	};
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		failed += _cmocka_run_group_tests(groups[i].name, groups[i].tests, groups[i].n, NULL,
						  NULL);
	return failed != 0;
}
