// Package calendar counts the working days and the working time in which the law sets most terms of public services.
//
// The days come from dated tables (data/*.yaml), never from code: rules.yaml holds the holidays that are the same every year,
// and one file per body and year holds what decrees change. A rule of the Labour Code is kept in code because it does not change:
// a weekend day on a federal holiday moves to the next working day after it (art. 112), but not in January, when the government
// decides, and not for holidays of the republic, which are not moved.
//
// A date is the day in Moscow of the given time, so an instant in UTC and a date column (midnight in UTC) both mean what they
// mean to a citizen. Results keep the time zone and the time of day of what was given.
package calendar
