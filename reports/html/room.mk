# SPDX-License-Identifier: GPL-2.0-or-later
# Pages for people.
html_OBJS := block_list.o blocks.o chart.o compare.o environment.o figures.o file.o findings.o ladder.o latency.o \
	over_time.o page.o report.o stuck.o style.o timeline.o verdict.o
html_TESTS := test_html.o
html_TEST_ROOMS := base reports export compare stats html
html_TEST_OBJS = $(addprefix harness/record/,$(record_READ_OBJS))
html_TEST_LIBS := JSON GSL
