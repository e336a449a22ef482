#include "runtime/calibrate/calibrator_table.h"

#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/frame_range.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

const CalibratorInfo& find(const CalibratorChoice& choice) {
  std::vector<ChoiceRow> rows;
  for (const CalibratorInfo& info : calibrators()) rows.push_back({info.name, &info.parameters});
  return calibrators()[find_choice("calibrator", rows, choice)];
}

}  // namespace

const std::vector<CalibratorInfo>& calibrators() {
  using namespace calibration;
  static const std::vector<CalibratorInfo> table{minmax(), minmax_ema(), percentile(), nsd(),        kl(),
                                                 kl_j(),   mse(),        sqnr(),       saturation(), fixed()};
  return table;
}

void check(const CalibratorChoice& choice) { find(choice); }

std::unique_ptr<Calibrator> make_calibrator(const CalibratorChoice& choice, const GridShape& grid) {
  const CalibratorInfo& info = find(choice);
  return info.make(all_values(info.parameters, choice), grid);
}

Range calibrate_values(const CalibratorChoice& choice, const GridShape& grid, const float* values,
                       size_t count) {
  const auto calibrator = make_calibrator(choice, grid);
  const auto range = calibration::range_of(values, count);
  if (!range) throw UserError("a value to be calibrated is not finite");
  for (unsigned pass = 0; pass < calibrator->passes(); ++pass) calibrator->see({values, count, *range}, pass);
  return calibrator->finish();
}

}  // namespace mmasim::runtime
