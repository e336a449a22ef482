#include "traces/file/csv_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "traces/file/csv_writer.h"

namespace mmasim::traces {
namespace {

class CsvReader {
 public:
  CsvReader(const TextSource& source, std::istream& stream, const RecordVisitor& visitor)
      : source_(source), stream_(stream), visitor_(visitor) {}

  TraceContents read() {
    contents_.facts.cores = 0;
    if (!next_row()) source_.refuse("no trace of mmasim: it is empty");
    find_columns();
    while (next_row()) read_row();
    if (!has_finished_ && !contents_.truncated_cycle) source_.refuse("damaged: the trace has no end");
    return std::move(contents_);
  }

 private:
  bool next_row() {
    ++line_;
    if (!std::getline(stream_, text_)) return false;
    if (!text_.empty() && text_.back() == '\r') text_.pop_back();
    cells_.clear();
    size_t at = 0;
    do {
      cells_.emplace_back();
      const bool is_quoted = at < text_.size() && text_[at] == '"';
      at = is_quoted ? read_quoted(at + 1) : read_plain(at);
    } while (at < text_.size() && text_[at++] == ',');
    return true;
  }
  size_t read_plain(size_t at) {
    const size_t end = std::min(text_.find(',', at), text_.size());
    cells_.back() = text_.substr(at, end - at);
    return end;
  }
  size_t read_quoted(size_t at) {
    while (at < text_.size()) {
      if (text_[at] == '"') {
        if (at + 1 == text_.size() || text_[at + 1] != '"') return at + 1;
        ++at;  // a doubled quote is one
      }
      cells_.back() += text_[at++];
    }
    return at;
  }

  void find_columns() {
    for (const auto& column : csv_columns()) {
      const auto found = std::find(cells_.begin(), cells_.end(), column);
      if (found == cells_.end()) source_.refuse("no trace of mmasim: it has no column '" + column + "'");
      places_.push_back(static_cast<size_t>(found - cells_.begin()));
    }
    columns_ = cells_.size();
  }

  [[noreturn]] void refuse() const { source_.refuse("damaged: line " + std::to_string(line_)); }

  // By its place among csv_columns().
  const std::string& cell(size_t column) const { return cells_[places_[column]]; }
  uint64_t number(size_t column) const {
    const std::string& text = cell(column);
    uint64_t value = 0;
    if (text.empty()) return 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) refuse();
    return value;
  }

  void read_row() {
    enum : size_t { core, unit, channel, layer, tile, kind, start, end, bytes, cause, fields };
    if (text_.empty()) return;
    if (cells_.size() != columns_) refuse();
    if (cell(kind) == kTruncatedKind) {
      contents_.truncated_cycle = number(start);
      return;
    }
    Record record;
    Event& event = record.event;
    if (!kind_of(cell(kind).c_str(), event.kind) || !cause_of(cell(cause).c_str(), event.cause)) refuse();
    if (number(core) >= kMostCores || number(channel) > UINT8_MAX || number(tile) > UINT32_MAX) refuse();
    event.core = static_cast<uint16_t>(number(core));
    event.channel = static_cast<uint8_t>(number(channel));
    record.tile = static_cast<uint32_t>(number(tile));
    event.begin = number(start);
    event.end = number(end);
    size_t column = fields;
    for (const RecordField& field : kFields) {
      if (std::string_view(field.name) == "channel") continue;
      if (!field.set(record, number(column++))) refuse();
    }
    learn(record, cell(layer));
    visitor_(contents_.facts, record);
  }

  void learn(const Record& record, const std::string& layer) {
    RunFacts& facts = contents_.facts;
    facts.cores = std::max(facts.cores, record.event.core + 1u);
    has_finished_ = has_finished_ || record.event.kind == Kind::finish;
    if (record.event.layer >= kMostLayers) refuse();
    if (facts.layers.size() <= record.event.layer) facts.layers.resize(record.event.layer + size_t{1});
    if (facts.layers[record.event.layer].empty()) facts.layers[record.event.layer] = layer;
  }

  const TextSource& source_;
  std::istream& stream_;
  const RecordVisitor& visitor_;
  TraceContents contents_;
  std::string text_;
  std::vector<std::string> cells_;
  std::vector<size_t> places_;  // of each of csv_columns() in a row
  size_t columns_ = 0;
  uint64_t line_ = 0;
  bool has_finished_ = false;
};

}  // namespace

TraceContents read_csv_trace(const TextSource& source, std::istream& stream, const RecordVisitor& visitor) {
  return CsvReader(source, stream, visitor).read();
}

}  // namespace mmasim::traces
