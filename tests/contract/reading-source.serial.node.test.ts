import { describeReadingSource } from './reading-source.contract';
import { createSerialPlace } from './serial-place';

describeReadingSource('serial lines on the streams of Node', createSerialPlace);
