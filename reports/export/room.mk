# SPDX-License-Identifier: GPL-2.0-or-later
export_OBJS := case_rules.o cases.o csv.o export.o figure_list.o figure_readers.o figures.o junit.o kcidb.o \
	kinds.o ktap.o lava.o lkp.o prometheus.o text.o
export_TESTS := test_cases.o test_export.o test_figures.o test_fixture.o test_formats.o test_hostile.o test_text.o \
	test_trend.o
export_TEST_ROOMS := base reports export
export_TEST_OBJS := $(addprefix harness/record/,$(record_READ_OBJS)) reports/trend.o reports/trend_plot.o
export_TEST_LIBS := JSON GSL
